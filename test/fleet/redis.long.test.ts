import { type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { freePort, redisServer, startRedis, workplace } from './helper.js'

describe.skipIf(redisServer() === undefined)('a Redis', () => {
  const { folder, start, end, clean } = workplace()
  const servers: ChildProcess[] = []
  afterEach(async () => {
    await end()
    for (const server of servers.splice(0)) server.kill('SIGKILL')
  })
  afterAll(clean)

  const redis = async (...options: string[]) => {
    const port = await freePort()
    servers.push(await startRedis(port, ...options))
    return port
  }

  test('with a password lets in who knows it, and nobody is told it', async () => {
    const port = await redis('--requirepass', 'open-sesame')
    for (const user of ['', ':wrong@']) {
      const refused = start(['worker', '--redis', `redis://${user}127.0.0.1:${port}`])
      expect(await refused.ended).toBe(2)
      expect(refused.told()).toBe(
        `redis://127.0.0.1:${port}: expected the right password, in the address or in SENTEI_REDIS_PASSWORD, got another or none\n`,
      )
    }
    const args = ['worker', '--redis', `redis://127.0.0.1:${port}`, '--metrics-port', '0']
    const worker = start(args, { SENTEI_REDIS_PASSWORD: 'open-sesame' })
    await worker.tells(/waiting for trials/)
    const [, address] = /metrics at (\S+)/.exec(worker.told())!
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:/)
    const metrics = await (await fetch(address!)).text()
    expect(metrics).toMatch(/^sentei_queue_depth 0$/m)
    expect(metrics).toMatch(/^sentei_trials_done_total 0$/m)
    expect(metrics).toMatch(/^nodejs_heap_size_used_bytes \d+$/m)
    worker.child.kill('SIGTERM')
    expect(await worker.ended).toBe(0)
    expect(worker.told() + metrics).not.toContain('sesame')
  })

  test('that is away makes no worker idle', async () => {
    const port = await redis()
    const args = ['--redis', `redis://127.0.0.1:${port}`, '--idle', '2', '--cache', join(folder, 'cache')]
    const worker = start(['worker', ...args])
    await worker.tells(/waiting for trials/)
    servers[0]!.kill('SIGKILL')
    await worker.tells(/the connection is lost/)
    await new Promise((resolve) => setTimeout(resolve, 4000))
    expect(worker.told()).not.toContain('no trial came')
    servers.push(await startRedis(port))
    expect(await worker.ended).toBe(0)
    expect(worker.told()).toMatch(/connected again[^]*no trial came for 2 s[^]*drained/)
  })
})
