import { describe, expect, test } from 'vitest'
import { untilIdle } from '../../src/fleet/idle.js'

describe('a worker that ends when it is idle', () => {
  const endsWith = async (ping: () => Promise<unknown>, idleMs: () => number = () => performance.now()) => {
    const began = performance.now()
    await untilIdle(1, idleMs, { ping }, AbortSignal.timeout(8000))
    return performance.now() - began
  }

  test('does so after its seconds with Redis', async () => {
    const took = await endsWith(() => Promise.resolve('PONG'))
    expect(took).toBeGreaterThanOrEqual(1000)
    expect(took).toBeLessThan(5000)
  })
})
