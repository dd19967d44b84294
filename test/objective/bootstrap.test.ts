import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import type { Resampling } from '../../src/data/resampling.js'
import { bootstrap, percentileInterval } from '../../src/objective/bootstrap.js'
import { drawnFrom, valueOfRows } from '../../src/objective/metric.js'
import { metrics, metricsOf, type MetricName } from '../../src/objective/metrics.js'
import { processorClock } from '../helpers/processor.js'

const random = randomSource(5)
const rowsOf = (n: number): Resampling => ({
  of: 'rows',
  units: Array.from({ length: n }, (_, i) => [i]),
  draws: n,
})

/** Outputs and targets of so many rows, two values a row; of classes, 0 or 1. */
function made(name: MetricName, n: number) {
  const stream = random.stream('made', name)
  const classes = metricsOf.classification.includes(name)
  const outputs = Float64Array.from({ length: 2 * n }, () => stream.normal())
  const targets = Float64Array.from({ length: classes ? n : 2 * n }, (_, i) =>
    classes ? stream.integer(2) : outputs[i]! + 0.5 * stream.normal() + 100,
  )
  return { outputs, targets, width: 2, perRow: classes ? 1 : 2 }
}

const names = Object.keys(metrics) as MetricName[]

describe.each(names)('%s', (name) => {
  it('drawn from its rows is its value on the rows that were drawn', () => {
    const { outputs, targets, width, perRow } = made(name, 40)
    const stream = random.stream('drawn', name)
    const drawn = Array.from({ length: 40 }, () => stream.integer(40))
    const take = (values: Float64Array, size: number) =>
      drawn.flatMap((row) => [...values.subarray(row * size, (row + 1) * size)])
    const rows = metrics[name].rows(outputs, targets, width)
    const wanted = metrics[name].value(take(outputs, width), take(targets, perRow), width)
    expect(drawnFrom(rows, rowsOf(40).units)(Uint32Array.from(drawn))).toBeCloseTo(wanted, 9)
  })

  it('has an interval around its value, the same each time', () => {
    const { outputs, targets, width } = made(name, 200)
    // Of random scores, about half of what is above a threshold is right: nearly nothing has the usual precision.
    const rows = metrics[name].rows(outputs, targets, width, { precision: 0.6 })
    const intervals = [1, 2].map(() => percentileInterval(bootstrap(name, [rows], rowsOf(200), random)![0]!)!)
    const [low, high] = intervals[0]!
    const value = valueOfRows(rows)
    expect(low).toBeLessThan(value)
    expect(high).toBeGreaterThan(value)
    expect(intervals[1]).toEqual(intervals[0])
  })
})

it('the interval of a mean is about 1.96 standard errors to each side', () => {
  const n = 2000
  const stream = random.stream('errors')
  const errors = Float64Array.from({ length: n }, () => 1 + stream.uniform())
  const rows = metrics.mae.rows(errors, new Float64Array(n), 1)
  const [low, high] = percentileInterval(bootstrap('mae', [rows], rowsOf(n), random)![0]!)!
  const error = Math.sqrt(1 / 12 / n)
  expect((high - low) / (2 * 1.96 * error)).toBeGreaterThan(0.9)
  expect((high - low) / (2 * 1.96 * error)).toBeLessThan(1.1)
})

it('draws the same rows for every network: two alike never differ', () => {
  const { outputs, targets, width } = made('rmse', 50)
  const rows = metrics.rmse.rows(outputs, targets, width)
  const [a, b] = bootstrap('rmse', [rows, rows], rowsOf(50), random)!
  expect(b).toEqual(a)
})

it('draws what depends on each other together: copies of rows add nothing', () => {
  const stream = random.stream('copies')
  const own = Float64Array.from({ length: 40 }, () => stream.normal())
  const copied = Float64Array.from({ length: 400 }, (_, i) => own[Math.floor(i / 10)]!)
  const rows = metrics.rmse.rows(copied, new Float64Array(400), 1)
  const groups = Array.from({ length: 40 }, (_, g) => Array.from({ length: 10 }, (_, i) => 10 * g + i))
  const width = (resampling: Resampling) => {
    const [low, high] = percentileInterval(bootstrap('rmse', [rows], resampling, random)![0]!)!
    return high - low
  }
  expect(width({ of: 'groups', units: groups, draws: 40 })).toBeGreaterThan(2 * width(rowsOf(400)))
})

it('gives none for a handful of rows, nor where a metric has no value', () => {
  const rows = metrics.r2.rows(new Float64Array(20), new Float64Array(20).fill(7.1), 1)
  expect(bootstrap('r2', [rows], rowsOf(9), random)).toBeUndefined()
  expect(percentileInterval(bootstrap('r2', [rows], rowsOf(20), random)![0]!)).toBeNull()
})

it('takes a moment for 10,000 rows and three networks', () => {
  const rows = metrics.rmse.rows(new Float64Array(10_000).fill(1), new Float64Array(10_000), 1)
  const seconds = processorClock()
  bootstrap('rmse', [rows, rows, rows], rowsOf(10_000), random)
  // Well under a second on a machine that does nothing else.
  expect(seconds()).toBeLessThan(10)
})
