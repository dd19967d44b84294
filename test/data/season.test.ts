import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { knownSteps } from '../../src/data/known-steps.js'
import { seasonOf } from '../../src/data/season.js'
import type { Dataset, SeriesEncoding } from '../../src/data/types.js'

const hour = 3_600_000

/** Windows of two steps and what follows, of one column, in stretches of some lengths. */
function windows(
  stretches: readonly number[],
  value: (step: number) => number,
  series?: SeriesEncoding,
): Dataset {
  const spans: [number, number][] = []
  let begin = 0
  for (const length of stretches) {
    for (let from = begin; from + 3 <= begin + length; from++) spans.push([from, from + 3])
    begin += length
  }
  return {
    name: 'made',
    rows: spans.length,
    shape: [2, 1],
    features: ['y'],
    hash: '',
    spans,
    inputs: Float64Array.from(spans.flatMap(([from]) => [value(from), value(from + 1)])),
    targets: Float64Array.from(spans, ([, to]) => value(to - 1)),
    task: { kind: 'forecasting', outputs: ['y'] },
    encoding: { kind: 'series', columns: [], missing: 'refuse', ...(series && { series }) },
  }
}

const all = (dataset: Dataset) => Uint32Array.from({ length: dataset.rows }, (_, row) => row)
const season = (dataset: Dataset) => seasonOf(dataset, [0], all(dataset))
const dated = (every: number): SeriesEncoding => ({
  by: [],
  time: 't',
  notation: 'dates',
  every,
  horizon: 1,
})

describe('the season of a series', () => {
  it.each([
    ['hours', hour, 24, 'a day'],
    ['quarters of an hour', hour / 4, 96, 'a day'],
    ['days', 24 * hour, 7, 'a week'],
    ['weeks', 7 * 24 * hour, 52, 'a year of 52 weeks'],
    ['months', 31 * 24 * hour, 12, 'a year of 12 months'],
  ])('of %s is by the calendar', (_, every, steps, how) => {
    expect(season(windows([400], (i) => i % 5, dated(every)))).toEqual({ steps, how })
  })

  it('is found by autocorrelation without times, beside a trend and noise', () => {
    const random = randomSource(5).stream('noise')
    const noise = Array.from({ length: 600 }, () => random.normal())
    const found = season(windows([600], (i) => 0.1 * i + 3 * Math.sin((2 * Math.PI * i) / 25) + noise[i]!))
    expect([24, 25, 26]).toContain(found!.steps)
    expect(found!.how).toMatch(/^autocorrelation 0\.[789]\d on training$/)
  })

  it('is that of the values where a day is too long for the stretches', () => {
    const cycle = (i: number) => [0, 4, 1, 9, 3][i % 5]!
    expect(season(windows([60, 60], cycle, dated(hour)))!.steps).toBe(5)
    expect(season(windows([100], cycle, dated(hour)))!.steps).toBe(24)
  })

  it('is none of noise, nor of a line', () => {
    const random = randomSource(6).stream('noise')
    const noise = Array.from({ length: 500 }, () => random.normal())
    expect(season(windows([500], (i) => noise[i]!))).toBeUndefined()
    expect(season(windows([500], (i) => 2 * i))).toBeUndefined()
  })

  it('never joins two stretches', () => {
    const dataset = windows([5, 6], (i) => i)
    const { values, stretches } = knownSteps(dataset, [0], all(dataset))
    expect(Array.from(stretches)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
    expect(Array.from(values)).toEqual([0, 1, 2, 3, NaN, 5, 6, 7, 8, 9, NaN])
  })
})
