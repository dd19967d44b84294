import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { compareRun } from '../../src/compare/compare-run.js'
import { tiny } from '../compare/helper.js'
import { sentei } from './helper.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-compare-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const comparison = tiny({ preregistered: { method: 'pressed', against: 'unpruned', margin: 0.05 } })
writeFileSync(join(folder, 'c.json'), JSON.stringify(comparison))
const read = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8')
/** Without the one sentence that depends on how long predictions took, which differs from run to run. */
const untimed = (text: string) => text.replace(/ In both error and measured latency: .*/, '')

test('killed twice in the middle it comes to the same results, byte for byte, and runs no trial twice', async () => {
  for (const trials of [2, 4]) {
    const { code } = await sentei(folder, ['compare', 'c.json', '--out', 'killed'], (stderr, child) => {
      if (stderr.includes(`${trials} of 6 trials, about`)) child.kill('SIGKILL')
    })
    expect(code).toBeNull()
  }
  const { code, stdout, stderr } = await sentei(folder, ['compare', 'c.json', '--out', 'killed', '--json'])
  expect(stderr).toMatch(/has ended; continuing in its place\n[45] of 6 trials are done/)
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    comparison: 'killed',
    preregistered: { method: 'pressed', against: 'unpruned', margin: 0.05, verdicts: [{ set: 'concrete' }] },
  })
  const keys = read('killed', 'trials.jsonl')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { key: string }).key)
  expect(new Set(keys).size).toBe(6)
  expect(keys).toHaveLength(6)

  await compareRun({ comparison, folder, out: join(folder, 'whole') })
  for (const name of ['results.csv', 'summary.json', 'summary.md', 'comparison.json'])
    expect(untimed(read('killed', name)), name).toBe(untimed(read('whole', name)))
})
