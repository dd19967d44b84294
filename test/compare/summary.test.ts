import { expect, test } from 'vitest'
import { checkComparison } from '../../src/config/check-comparison.js'
import { latencyFront, meanLatency } from '../../src/compare/latency-front.js'
import { secondsLeft } from '../../src/compare/remaining.js'
import { resultsCsv, timingsCsv } from '../../src/compare/rows-csv.js'
import { summarise } from '../../src/compare/summary.js'
import { summaryText } from '../../src/compare/summary-text.js'
import { byPlace, type TrialFigures, type TrialRow } from '../../src/compare/types.js'

/** A row with a test metric, or that failed. */
function row(method: string, seed: number, test: number | null, changes: Partial<TrialRow> = {}): TrialRow {
  const figures: TrialFigures = {
    metric: 'accuracy' as const,
    validation: 0.5,
    test,
    parameters: 100 * seed,
    flops: 7,
    share: 0.25,
    searchSteps: 9,
    sizesTried: 0,
  }
  return {
    set: 's',
    size: 'all',
    method,
    seed,
    key: `${method}${seed}`,
    figures: test === null ? null : figures,
    rows: { hash: 'h', learnt: 60, tested: 20 },
    seconds: { search: seed, baseline: null, retrain: 1 },
    failed: test === null ? 'it, too, diverged' : null,
    ...changes,
  }
}

const document = (margin: number, methods = ['a', 'b', 'c']) =>
  checkComparison({
    sets: { s: { data: {} } },
    methods: Object.fromEntries(methods.map((name) => [name, 'none'])),
    seeds: [1, 2, 3],
    preregistered: { method: 'a', against: 'b', margin },
  })

// Errors of a: 0.1, 0.2, 0.3; of b: 0.2, 0.2, 0.5. Differences −0.1, 0, −0.2, their mean −0.1, s² = 0.01.
const rows = [
  ...[0.9, 0.8, 0.7].map((test, i) => row('a', i + 1, test)),
  ...[0.8, 0.8, 0.5].map((test, i) => row('b', i + 1, test)),
  ...[0.95, null, 0.95].map((test, i) => row('c', i + 1, test)),
]

test('means, deviations, differences and counts are those made by hand', () => {
  const { sets, overall, against } = summarise(document(0), rows)
  expect(against).toBe('b')
  const [a, b, c] = sets[0]!.methods
  expect(a!.error!.mean).toBeCloseTo(0.2, 12)
  expect(a!.error!.std).toBeCloseTo(0.1, 12)
  expect(a!.parameters).toEqual({ mean: 200, std: 100 })
  expect(a!.difference).toMatchObject({ pairs: 3, wins: 2, ties: 1, losses: 0 })
  expect(a!.difference!.mean).toBeCloseTo(-0.1, 12)
  expect(a!.difference!.relative).toBeCloseTo(-1 / 3, 12)
  // Of ±0.1 ± 0 ± 0.2 four of eight signs are as far as 0.3.
  expect(a!.difference!.signFlip).toBe(0.5)
  // √((1/3 + 1/3) · 0.01) · t(0.975; 2); for two degrees of freedom t has a closed form.
  const reach = Math.sqrt((2 / 3) * 0.01) * 0.95 * Math.sqrt(2 / (1 - 0.95 ** 2))
  expect(a!.difference!.t!.interval[0]).toBeCloseTo(-0.1 - reach, 12)
  expect(a!.difference!.t!.interval[1]).toBeCloseTo(-0.1 + reach, 12)
  expect(b!.difference).toBeNull()
  expect(c).toMatchObject({ trials: 2, failed: 1, difference: { pairs: 2, wins: 2 } })
  // c has the least mean error, and a failure.
  expect([a, b, c].map((each) => each!.best)).toEqual([true, false, false])
  expect(overall).toEqual([
    { method: 'a', rank: 2, failed: 0, wins: 2, ties: 1, losses: 0 },
    { method: 'b', rank: 3, failed: 0, wins: 0, ties: 0, losses: 0 },
    { method: 'c', rank: 1, failed: 1, wins: 2, ties: 0, losses: 0 },
  ])
})

test('stability, fronts and ranks over sets are in the summary and its text', () => {
  const kept = [{ units: 4 }, { units: 2 }, { units: 4 }]
  const told = rows.map((each) => ({
    ...each,
    ...(each.method === 'a' && {
      stability: { bootstrap: 0.01 * each.seed, losses: null },
      kept: kept[each.seed - 1]!,
    }),
  }))
  const summary = summarise(document(0), told)
  expect(summary.sets[0]!.methods[0]!.stability).toEqual({
    bootstrap: expect.closeTo(0.02, 12) as number,
    losses: null,
    agreement: expect.closeTo((0.5 + 1 + 0.5) / 3, 12) as number,
  })
  expect(summary.sets[0]!.methods[1]!.stability).toEqual({ bootstrap: null, losses: null, agreement: null })
  // All have 200 parameters and 7 FLOPs on average, and c, which fails once, the least mean error.
  expect(summary.sets[0]!.pareto).toEqual({ parameters: ['c'], flops: ['c'] })
  expect(summary.critical).toBeNull()
  expect(summaryText(summary, told)).toMatch(
    /^\| `a` \| 0\.1 \| 0\.5774 \| 0\.4544 \| 0\.02 \| – \| 0\.6667 \|$/m,
  )

  const two = { ...document(0), sets: { s: { data: {} }, t: { data: {} } } }
  const both = summarise(two, [...rows, ...rows.map((each) => ({ ...each, set: 't' }))])
  expect(both.critical).toMatchObject({ sets: 2, pairs: [{ method: 'a' }, { method: 'c' }] })
  // Both sets rank c, a, b, one of six orders.
  expect(both.critical!.p).toBeCloseTo(1 / 6, 12)
  expect(summaryText(both, rows)).toContain('Over 2 sets: p of Friedman’s test 0.1667;')
})

test('the front of latency is of measured times, in the text and not in the summary', () => {
  const predicts = { a: 0.001, b: 0.004, c: 0.002 }
  const timed = rows.map((each) => ({
    ...each,
    seconds: each.seconds && { ...each.seconds, predict: each.seed * predicts[each.method as 'a'] },
  }))
  const plain = summarise(document(0), rows)
  const summary = summarise(document(0), timed)
  expect(summary.sets).toEqual(plain.sets)
  expect(meanLatency(summary.sets[0]!, 'a', timed)).toBeCloseTo(0.002, 12)
  expect(meanLatency(summary.sets[0]!, 'a', rows)).toBeNull()
  // c has the least error; a is faster than c; b is slower than both, with a larger error.
  expect(latencyFront(summary.sets[0]!, timed)).toEqual(['a', 'c'])
  expect(summaryText(summary, timed)).toContain(' In both error and measured latency: `a`, `c`.')
  expect(summaryText(plain, rows)).not.toContain('latency')
  expect(resultsCsv(timed)).toBe(resultsCsv(rows))
  expect(timingsCsv(timed).split('\n')[1]).toMatch(/,1\.0000$/)
  expect(timingsCsv(rows).split('\n')[1]).toMatch(/,$/)
})

test('a preregistered margin is shown, met on average, not met, or unknown', () => {
  const verdict = (margin: number, of = rows) => summarise(document(margin), of).preregistered!.verdicts[0]!
  // The interval ends at 0.2513; the mean error of b is 0.3.
  expect(verdict(0).verdict).toBe('on average')
  expect(verdict(0.83).verdict).toBe('on average')
  expect(verdict(0.84).verdict).toBe('shown')
  expect(verdict(0.84).allowed).toBeCloseTo(0.252, 12)
  const worse = [...rows.filter(({ method }) => method === 'b'), row('a', 1, 0.1), row('a', 2, 0.1)]
  expect(verdict(0.5, worse).verdict).toBe('not met')
  expect(
    verdict(
      0.5,
      rows.filter(({ method }) => method === 'b'),
    ).verdict,
  ).toBe('unknown')
})

test('the text has the preregistered method first, and every failure', () => {
  const text = summaryText(summarise(document(0.01), rows), rows)
  expect(text.match(/^## .*/gm)).toEqual([
    '## Preregistered: `a` against `b`',
    '## s',
    '## All sets',
    '## Failures',
  ])
  expect(text).toContain('the error of `a` is at most 1 % above that of `b`')
  expect(text).toMatch(
    /^\| `a` \| 3 \| 0 \| \*\*0\.2 ± 0\.1\*\* \(best\) \| 200 ± 100 \| 25 % \| 9 \| 3 \| −0\.1 /m,
  )
  expect(text).toContain('- s, c, seed 2: it, too, diverged')
})

test('results stand in order, sizes and seeds by number, and a message stays in its cell', () => {
  const sized = [300, 20, 'all'].map((size) => row('a', 1, 0.5, { size: size as number }))
  const ordered = [...sized, row('a', 10, 0.5, { size: 20 }), row('a', 9, null, { size: 20 })].sort(byPlace)
  const lines = resultsCsv(ordered).split('\n').slice(1, -1)
  expect(lines.map((line) => line.split(',').slice(1, 4).join(' '))).toEqual([
    '20 a 1',
    '20 a 9',
    '20 a 10',
    '300 a 1',
    'all a 1',
  ])
  expect(lines[0]).toBe('s,20,a,1,60,20,accuracy,0.5,0.5,0.5,100,7,0.25,9,0,,,,a1')
  expect(lines[1]).toBe('s,20,a,9,60,20,,,,,,,,,,,,"it, too, diverged",a9')
})

test('the time left is that of the same set and method, or of all', () => {
  const done = [row('a', 1, 0.5), row('a', 3, 0.5), row('b', 5, 0.5)]
  // a took 2 and 4 s, b 6.
  expect(secondsLeft([row('a', 4, null), row('b', 6, null)], done)).toBe(3 + 6)
  expect(secondsLeft([row('c', 1, null)], done)).toBe(4)
  expect(secondsLeft([row('c', 1, null)], [])).toBeNull()
  // Two workers halve it, but trials on the same rows follow each other.
  expect(secondsLeft([row('a', 4, null), row('a', 5, null), row('a', 6, null)], done, 2)).toBe(9 / 2)
  expect(secondsLeft([row('a', 4, null), row('b', 4, null)], done, 2)).toBe(3 + 6)
  expect(secondsLeft([], done, 2)).toBe(0)
})
