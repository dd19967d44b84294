import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { packagePath } from '../../src/base/files.js'
import { compare } from '../../src/compare/compare.js'
import { resultsCsv } from '../../src/compare/rows-csv.js'
import { tiny } from './helper.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-workers-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const lines = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0)

/** Runs the program, and kills it without notice once its folder has so many trials. */
function runUntil(trials: number, ...args: string[]): Promise<number | null> {
  const child = spawn(process.execPath, [packagePath('dist/src/cli/main.js'), 'compare', ...args])
  const out = args[args.indexOf('--out') + 1]!
  const timer = setInterval(() => {
    if (lines(join(out, 'trials.jsonl')) >= trials) child.kill('SIGKILL')
  }, 5)
  return new Promise((done) => child.on('exit', (code) => done((clearInterval(timer), code))))
}

test('killed twice, a comparison with two workers has the results of one that was left alone', async () => {
  const seeds = [1, 2]
  const file = join(folder, 'comparison.json')
  writeFileSync(file, JSON.stringify(tiny({ seeds })))
  const args = [file, '--out', join(folder, 'killed'), '--workers', '2']
  expect(await runUntil(1, ...args)).toBeNull()
  expect(await runUntil(3, ...args)).toBeNull()
  const before = lines(join(folder, 'killed/trials.jsonl'))
  expect(before).toBeGreaterThanOrEqual(3)
  expect(before).toBeLessThan(6)
  expect(await runUntil(Infinity, ...args)).toBe(0)
  // No trial was lost or run twice.
  expect(lines(join(folder, 'killed/trials.jsonl'))).toBe(6)
  const { rows } = await compare({ comparison: tiny({ seeds }), workers: 1 })
  expect(readFileSync(join(folder, 'killed/results.csv'), 'utf8')).toBe(resultsCsv(rows))
})
