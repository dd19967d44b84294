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
  const shorter = ['--seed', '3', '--set', 'retrain.baseline=false', '--set', 'criteria=[]']
  const first = search('first', ...shorter)
  expect(search('second', ...shorter)).toEqual(first)
  const metrics = JSON.parse(first[2]!) as { test: { final: number }; gap: { derive: number } }
  expect(metrics.test.final).toBeGreaterThan(0.95)
  expect(metrics.gap.derive).toBe(0)
})
