import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { packagePath } from '../../src/base/files.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-signals-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** An IDX file of zeros that takes no place on the disk, and seconds to read. */
function zeros(name: string, ...shape: number[]): void {
  const path = join(folder, name)
  const file = openSync(path, 'w')
  const head = Buffer.alloc(4 + 4 * shape.length)
  head.set([0, 0, 8, shape.length])
  shape.forEach((n, i) => head.writeUInt32BE(n, 4 + 4 * i))
  writeSync(file, head)
  closeSync(file)
  truncateSync(path, head.length + shape.reduce((product, n) => product * n, 1))
}

zeros('x-ubyte', 150_000, 1000)
zeros('y-ubyte', 150_000)
const data = { file: 'x-ubyte', targetFile: 'y-ubyte' }
writeFileSync(
  join(folder, 'config.json'),
  JSON.stringify({ data, supernet: { space: 'mlp-cell', options: { width: 2 } } }),
)

/** Sends a signal to a command in the middle of its work; how it ended, and how many seconds after the signal. */
async function interrupted(args: readonly string[], signal: NodeJS.Signals) {
  const child = spawn(process.execPath, [packagePath('dist/src/cli/main.js'), ...args], { cwd: folder })
  let sent = 0
  const timer = setTimeout(() => {
    sent = performance.now()
    child.kill(signal)
  }, 1500)
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const [code, by] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.on('close', (...how) => resolve(how)),
  )
  clearTimeout(timer)
  return { code, by, stderr, seconds: sent === 0 ? Infinity : (performance.now() - sent) / 1000 }
}

describe.skipIf(process.platform === 'win32')('a signal while data is read', () => {
  it.each([
    ['check-data', 'SIGINT'],
    ['check-data', 'SIGTERM'],
    ['plan', 'SIGINT'],
    ['search', 'SIGINT'],
    ['search', 'SIGTERM'],
  ] as const)('ends %s at %s, as the system does it', async (command, signal) => {
    const { seconds, ...outcome } = await interrupted([command, 'config.json'], signal)
    // A shell shows 130 for SIGINT and 143 for SIGTERM.
    expect(outcome).toEqual({ code: null, by: signal, stderr: '' })
    expect(seconds).toBeLessThan(1)
  })
})
