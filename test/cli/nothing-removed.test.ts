import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TrialMetrics } from '../../src/trial/figures.js'
import { tinyMlp } from '../runs/helper.js'
import { program } from './helper.js'

const folder = mkdtempSync(join(tmpdir(), 'sentei-nothing-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const run = join(folder, 'run')
const read = (name: string) => readFileSync(join(run, name), 'utf8')

let printed: string
beforeAll(async () => {
  const schedule = {
    name: 'weak',
    phases: [{ name: 'all', until: 1, terms: [{ term: 'l1', part: 'gates', lambda: 1e-6 }] }],
  }
  const retrain = { epochs: 2, batch: 128, baseline: true }
  const config = {
    ...tinyMlp,
    schedule,
    retrain,
    search: { epochs: 2, batch: 128, gates: { travel: 0.01 } },
    criteria: [],
  }
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config))
  printed = (await program('search', join(folder, 'config.json'), '--out', run, '--quiet')).printed
})

const sentence =
  /nothing was removed: gates moved in \d+ of \d+ iterations, λ of l1\/gates at most 0\.000001 /i

it('is said under the table, in the card and on top of the report', () => {
  expect(printed).toMatch(sentence)
  expect(printed).toMatch(/derived, nothing removed +[\d,]+ +[\d,]+/)
  expect(printed).toContain('removed  0 of 26 members; 100 % of the prunable parameters are left')
  expect(read('card.md').split('\n')[2]).toMatch(sentence)
  const page = read('report.html')
  expect(page.search(sentence)).toBeGreaterThan(0)
  expect(page.search(sentence)).toBeLessThan(page.indexOf('class="results"'))
})

it('is in the metrics, which --json prints, and in the events', async () => {
  const { metrics } = JSON.parse((await program('resume', run, '--json')).printed) as {
    metrics: TrialMetrics
  }
  expect(metrics).toEqual(JSON.parse(read('metrics.json')))
  expect(metrics.removed).toMatchObject({ members: 0, of: 26, left: 1 })
  expect(metrics.removed.notice).toMatch(sentence)
  expect(read('events.jsonl')).toContain('"alarm":"nothing-removed"')
})

it('both rows then show one training, and no difference', () => {
  const figures = /unpruned, retrained +[\d,]+ +[\d.,]+(?: [kM])? +(.*)\n/.exec(printed)![1]!
  expect(figures).toMatch(/^[\d.]+ +[\d.]+ \[[\d.]+, [\d.]+\]$/)
  expect(printed).toMatch(new RegExp(`derived, nothing removed .* ${figures.replace(/[[\].]/g, '\\$&')}\n`))
  expect(printed).toContain('noise    derived minus unpruned: test rmse 0 [0, 0]\n')
  expect(printed).toContain('the brackets hold 95 % of 1,000 resamples of the rows')
  expect(printed).toContain('baseline none: the same network')
})

it('of another seed too', async () => {
  const again = join(folder, 'again')
  const five = await program('retrain', run, '--seed', '5', '--out', again, '--json', '--quiet')
  const { metrics } = JSON.parse(five.printed) as { metrics: TrialMetrics }
  expect(metrics.baseline!.test).toBe(metrics.test.final)
  expect(metrics.noise.test!.difference).toEqual({ value: 0, interval: [0, 0] })
  expect(metrics.removed.notice).toMatch(sentence)
})

it('a run of before metrics said what was removed is still read', async () => {
  const old = join(folder, 'old')
  cpSync(run, old, { recursive: true })
  // Without checksums, as then.
  rmSync(join(old, 'checksums.json'))
  const { removed: _, noise: __, ...metrics } = JSON.parse(read('metrics.json')) as TrialMetrics
  writeFileSync(join(old, 'metrics.json'), JSON.stringify(metrics))
  const { printed } = await program('resume', old)
  expect(printed).toMatch(/derived, retrained +\d/)
  expect(printed).not.toContain('removed ')
  const again = join(folder, 'old-again')
  await program('retrain', old, '--seed', '5', '--out', again, '--quiet')
  expect(readFileSync(join(again, 'card.md'), 'utf8')).toMatch(/\nOf \d+ members of the groups that are left/)
  await program('report', old)
  expect(readFileSync(join(old, 'report.html'), 'utf8')).toContain('class="results"')
})
