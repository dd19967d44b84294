import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { packagePath } from '../../src/base/files.js'
import { freePort, redisServer, startRedis, until } from '../fleet/helper.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-slurm-'))
const running: ChildProcess[] = []
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))

/** Runs the script as Slurm's shell does, in a folder that holds a program by the name that it expects. */
function batch(env: Record<string, string>) {
  writeFileSync(
    join(folder, 'sentei'),
    `#!/bin/sh\nexec "${process.execPath}" "${packagePath('dist/src/cli/main.js')}" "$@"\n`,
    { mode: 0o755 },
  )
  const all = { ...process.env, USER: 'somebody', SENTEI: './sentei', SENTEI_CACHE: './cache', ...env }
  const child = spawn('bash', [packagePath('deploy/slurm.sh')], { cwd: folder, env: all })
  running.push(child)
  const told = { text: '' }
  child.stderr.on('data', (bytes) => (told.text += String(bytes)))
  // Closed, it has told everything.
  return { child, told, ended: once(child, 'close') }
}

test.skipIf(redisServer() === undefined)(
  'a worker of Slurm finds Redis in the shared folder, and drains when it is warned',
  async () => {
    const port = await freePort()
    running.push(await startRedis(port, '--requirepass', 'open-sesame'))
    const { child, told, ended } = batch({})
    // The address may come after the worker, as jobs begin when Slurm likes.
    mkdirSync(join(folder, 'shared'), { recursive: true })
    writeFileSync(join(folder, 'shared/redis-password'), 'open-sesame\n')
    writeFileSync(join(folder, 'shared/redis'), `redis://127.0.0.1:${port}\n`)
    await until(() => told.text.includes('waiting for trials') || child.exitCode !== null)
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
    expect(told.text).toMatch(/drained\n$/)
    expect(told.text).not.toContain('sesame')
  },
)

test('a worker of Slurm that is told no address says what it expects', async () => {
  rmSync(join(folder, 'shared'), { recursive: true, force: true })
  const { told, ended } = batch({ SENTEI_WAIT: '0' })
  expect(await ended).toEqual([2, null])
  expect(told.text).toMatch(/shared\/redis: expected the address of Redis, or SENTEI_REDIS/)
})
