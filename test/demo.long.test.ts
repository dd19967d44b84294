import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'sentei-demo-'))

/** Searches with a seed; the contents of the files that must not depend on anything else. */
function search(name: string, ...args: string[]): string[] {
  const out = join(folder, name)
  execFileSync(
    process.execPath,
    ['dist/src/cli/main.js', 'search', 'scripts/demo.yaml', '--out', out, '--quiet', ...args],
    {
      stdio: 'ignore',
    },
  )
  return ['architecture.json', 'schedule.csv', 'metrics.json'].map((file) =>
    readFileSync(join(out, file), 'utf8'),
  )
}

it('the demo’s search writes the same bytes twice in a row', () => {
  const shorter = ['--seed', '3', '--set', 'retrain.distillation.share=0', '--set', 'criteria=[]']
  const first = search('first', ...shorter)
  expect(search('second', ...shorter)).toEqual(first)
  const metrics = JSON.parse(first[2]!) as { test: { final: number }; gap: { derive: number } }
  expect(metrics.test.final).toBeGreaterThan(0.95)
  expect(metrics.gap.derive).toBe(0)
})

it('the README’s table is what the demo prints', () => {
  const args = [
    'dist/src/cli/main.js',
    'search',
    'scripts/demo.yaml',
    '--out',
    join(folder, 'demo'),
    '--quiet',
  ]
  const printed = execFileSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const cells = (line: string, between: RegExp) => line.split(between).map((cell) => cell.trim())
  const rows = /\| demo, seed 1 .*\n\| -.*\n((?:\|.*\n)+)/.exec(readFileSync('README.md', 'utf8'))![1]!
  const wanted = rows
    .trim()
    .split('\n')
    .map((line) => cells(line, /\|/).slice(1, -1))
  const found = printed.split('\n').map((line) => cells(line, / {2,}/))
  expect(wanted).toHaveLength(3)
  expect(wanted).toEqual(wanted.map(([name]) => found.find(([first]) => first === name)))
})
