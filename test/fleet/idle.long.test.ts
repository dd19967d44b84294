import { describe, expect, test } from 'vitest'
import { untilIdle } from '../../src/fleet/idle.js'

describe('a worker that ends when it is idle', () => {
  const endsWith = async (ping: () => Promise<unknown>, idleMs: () => number = () => performance.now()) => {
    const began = performance.now()
    await untilIdle(1, idleMs, { ping }, AbortSignal.timeout(8000))
    return performance.now() - began
  }
  const after = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

  test('counts no time in which Redis is away, or refuses to answer', async () => {
    let pings = 0
    const took = await endsWith(async () => {
      pings += 1
      if (pings === 1) await after(2000)
      if (pings === 2) throw new Error('LOADING')
    })
    expect(took).toBeGreaterThan(3900)
  })

  test('counts no time at work, and ends at once on a signal though Redis is away', async () => {
    const working = performance.now() + 2000
    const idleMs = () => Math.max(0, performance.now() - working)
    expect(await endsWith(() => Promise.resolve('PONG'), idleMs)).toBeGreaterThanOrEqual(3000)
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 50)
    await untilIdle(1, () => performance.now(), { ping: () => new Promise(() => undefined) }, stop.signal)
    expect(stop.signal.aborted).toBe(true)
  })
})
