import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { packagePath } from '../../src/base/files.js'
import { freePort, redisServer, startRedis, until } from '../fleet/helper.js'
import { context, instructions, stages } from './files.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-image-'))
const running: ChildProcess[] = []
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

/** Does in a folder what the first stage does in its image, by its own lines. */
function build(source: string): void {
  const take = (path: string) => cpSync(packagePath(path), join(source, path), { recursive: true })
  const { NODE_ENV: _, ...env } = process.env
  for (const line of stages()[0]!.lines) {
    const [word, ...rest] = line.split(' ')
    if (word === 'COPY') for (const path of rest[0] === '.' ? context() : rest.slice(0, -1)) take(path)
    if (word === 'RUN') execFileSync('sh', ['-c', rest.join(' ')], { cwd: source, env, stdio: 'pipe' })
  }
}

/** Takes from there what the second stage takes, into a folder of its own. */
function assemble(source: string, image: string): void {
  for (const line of instructions(1, 'COPY')) {
    const [from, to] = line.replace('--from=build ', '').split(' ') as [string, string]
    const path = line.startsWith('--from') ? from.replace('/src', source) : packagePath(from)
    cpSync(path, to === './' ? join(image, path.split('/').at(-1)!) : join(image, to), { recursive: true })
  }
}

test.skipIf(redisServer() === undefined)(
  'what the image holds runs a worker, which is healthy and drains',
  async () => {
    const [source, image] = [join(folder, 'src'), join(folder, 'image')]
    build(source)
    assemble(source, image)
    // Nothing for development is left, and what is optional elsewhere is there.
    const packages = readdirSync(join(image, 'node_modules'))
    expect(packages).toEqual(expect.arrayContaining(['bullmq', 'ioredis', 'prom-client', '@tensorflow']))
    expect(packages).not.toContain('typescript')
    const port = await freePort()
    running.push(await startRedis(port))
    const main = join(image, 'dist/src/cli/main.js')
    const args = ['worker', '--redis', `redis://127.0.0.1:${port}`, '--cache', join(folder, 'cache')]
    // The program runs as the link in the image does: by its first line.
    const worker = spawn(main, [...args, '--metrics-port', '9464'])
    running.push(worker)
    let told = ''
    worker.stderr.on('data', (bytes) => (told += String(bytes)))
    await until(() => told.includes('waiting for trials') || worker.exitCode !== null)
    expect(told).toContain('metrics at http://127.0.0.1:9464/metrics')
    const healthy = () => once(spawn(process.execPath, [join(image, 'health.js')]), 'exit')
    expect(await healthy()).toEqual([0, null])
    worker.kill('SIGTERM')
    expect(await once(worker, 'exit')).toEqual([0, null])
    expect(told).toMatch(/drained\n$/)
    expect(await healthy()).toEqual([1, null])
  },
)
