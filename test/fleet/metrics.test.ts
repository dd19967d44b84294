import { expect, test } from 'vitest'
import { serveMetrics } from '../../src/fleet/metrics.js'

test('metrics and health answer while Redis does not, which leaves the depth unknown', async () => {
  const told: string[] = []
  const depth = () => new Promise<number>(() => undefined)
  const settings = { port: 0, host: '127.0.0.1', depth, say: (text: string) => void told.push(text) }
  const counts = await serveMetrics(settings)
  try {
    counts.ended(2, false)
    const [, address] = /metrics at (\S+)/.exec(told.join('\n'))!
    const text = await (await fetch(address!)).text()
    expect(text).toMatch(/^sentei_queue_depth Nan$/im)
    expect(text).toMatch(/^sentei_trials_done_total 1$/m)
    expect((await fetch(address!.replace('/metrics', '/health'))).status).toBe(200)
  } finally {
    counts.close()
  }
})
