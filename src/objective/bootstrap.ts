import type { RandomSource } from '../base/random.js'
import type { Resampling } from '../data/resampling.js'
import { metrics, type MetricName, type RowSums } from './metrics.js'

/** The range from 2.5 to 97.5 % of the resamples. */
export type Interval = readonly [low: number, high: number]

/** The number of resamples of a bootstrap. */
export const resamples = 1000

/** The fewest draws for an interval. With fewer, a resample says little about other rows. */
const fewestDraws = 10

/**
 * A metric's values on resamples of the same rows, one array per network. Units are drawn with replacement,
 * as many as the resampling says, and the same ones for every network, so that differences are paired.
 * There are `times` resamples. Undefined with too few draws.
 */
export function bootstrap(
  name: MetricName,
  networks: readonly RowSums[],
  { units, draws }: Resampling,
  random: RandomSource,
  times = resamples,
): Float64Array[] | undefined {
  if (draws < fewestDraws) return undefined
  const metric = metrics[name]
  const sums = networks[0]?.sums ?? 0
  const width = networks.length * sums
  const ofUnits = new Float64Array(units.length * width)
  units.forEach((rows, unit) => {
    for (const row of rows)
      networks.forEach(({ values }, n) => {
        for (let s = 0; s < sums; s++) ofUnits[unit * width + n * sums + s]! += values[row * sums + s]!
      })
  })
  const found = networks.map(() => new Float64Array(times))
  const total = new Float64Array(width)
  for (let resample = 0; resample < times; resample++) {
    const stream = random.stream('bootstrap', name, resample)
    total.fill(0)
    for (let draw = 0; draw < draws; draw++) {
      const at = stream.integer(units.length) * width
      for (let i = 0; i < width; i++) total[i]! += ofUnits[at + i]!
    }
    found.forEach((values, n) => {
      values[resample] = metric.of(total.subarray(n * sums, (n + 1) * sums))
    })
  }
  return found
}

/**
 * The percentile interval of values on resamples. Null if more than half of them are not finite, as for r2 of
 * equal targets.
 */
export function percentileInterval(values: Float64Array): Interval | null {
  const sorted = values.filter(Number.isFinite).sort()
  if (2 * sorted.length < values.length) return null
  const tail = 0.025 * sorted.length
  return [sorted[Math.ceil(tail) - 1]!, sorted[sorted.length - 1 - Math.floor(tail)]!]
}
