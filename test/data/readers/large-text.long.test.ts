import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGzip } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { packagePath } from '../../../src/base/files.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-large-'))
afterAll(() => rmSync(folder, { recursive: true }))

const MB = 2 ** 20
const GB = 2 ** 30
/** Beyond the longest string of V8, of 512 MB. */
const SIZE = 600 * MB

/** Writes a header and the same lines over and over. */
async function write(name: string, lines: string): Promise<void> {
  const block = Buffer.from(lines.repeat(Math.ceil(MB / lines.length)))
  const file = createWriteStream(join(folder, name))
  const gzip = createGzip({ level: 1 })
  const into = name.endsWith('.gz') ? gzip : file
  if (into === gzip) gzip.pipe(file)
  into.write('a,b,y\n')
  for (let size = 0; size < SIZE; size += block.length) if (!into.write(block)) await once(into, 'drain')
  into.end()
  await once(file, 'close')
}

/** Runs `check-data` in a process of its own; the most memory it ever had, in bytes. */
async function check(file: string) {
  const config = { data: { file, target: 'y' }, supernet: { space: 'mlp-cell' } }
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config))
  const main = packagePath('dist', 'src', 'cli', 'main.js')
  const child = spawn(process.execPath, [main, 'check-data', 'config.json'], { cwd: folder })
  let printed = ''
  let peak = 0
  const take = (chunk: Buffer) => (printed += chunk.toString())
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const timer = setInterval(() => {
    const [, kilobytes = 0] = /VmHWM:\s*(\d+)/.exec(statusOf(child.pid!)) ?? []
    peak = Math.max(peak, Number(kilobytes) * 1024)
  }, 50)
  const [code] = (await once(child, 'close')) as [number | null]
  clearInterval(timer)
  return { code, printed, peak }
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return ''
  }
}

const long = 'x'.repeat(300)
const texts = Array.from({ length: 7 }, (_, i) => `${i},${long}${i % 2},${i + 0.5}\n`).join('')

describe.runIf(process.platform === 'linux')('text of 600 MB', () => {
  test.each([
    ['texts.csv', texts, 0, /regression, 2,\d{3},\d{3} rows of shape \[3\]/],
    ['texts.csv.gz', texts, 0, /regression, 2,\d{3},\d{3} rows of shape \[3\]/],
    [
      'cells.csv.gz',
      '1,2,3\n',
      2,
      /^data: cells\.csv\.gz: expected at most 1 GiB of cells in memory, got 1\.\d+ GiB;/,
    ],
    ['one row of delimiters.csv.gz', ',', 2, /line 2: expected at most 1048576 cells, got more/],
    ['one cell.csv.gz', 'x', 2, /line 2: expected cells below 16 MB, got a longer one/],
    ['empty lines.csv.gz', '\n', 2, /expected rows below the header, got none/],
  ])('is read, or refused with the limit, below 2 GB of memory: %s', async (name, lines, code, message) => {
    await write(name, lines)
    const found = await check(name)
    rmSync(join(folder, name))
    expect(found).toMatchObject({ code, printed: expect.stringMatching(message) as string })
    expect(found.peak).toBeGreaterThan(30 * MB)
    expect(found.peak).toBeLessThan(2 * GB)
  })
})
