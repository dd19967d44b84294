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
const supernet = { space: 'mlp-cell', options: { width: 2 } }
writeFileSync(join(folder, 'config.json'), JSON.stringify({ data, supernet }))

// Text takes seconds as well, and comes piece by piece.
writeFileSync(join(folder, 'a.csv'), `a,b,y\n${'1,2,3\n'.repeat(16_000_000)}`)
writeFileSync(join(folder, 'text.json'), JSON.stringify({ data: { file: 'a.csv', target: 'y' }, supernet }))

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
    ['check-data', 'config.json', 'SIGINT'],
    ['check-data', 'config.json', 'SIGTERM'],
    ['plan', 'config.json', 'SIGINT'],
    ['search', 'config.json', 'SIGINT'],
    ['search', 'config.json', 'SIGTERM'],
    ['check-data', 'text.json', 'SIGINT'],
    ['search', 'text.json', 'SIGTERM'],
  ] as const)('ends %s %s at %s, as the system does it', async (command, config, signal) => {
    const { seconds, ...outcome } = await interrupted([command, config], signal)
    // A shell shows 130 for SIGINT and 143 for SIGTERM.
    expect(outcome).toEqual({ code: null, by: signal, stderr: '' })
    expect(seconds).toBeLessThan(1)
  })
})
