import type { RandomSource } from '../base/random.js'
import type { Resampling } from '../data/resampling.js'
import { drawnFrom, type MeasuredRows } from './metric.js'

/** The range from 2.5 to 97.5 % of the resamples. */
export type Interval = readonly [low: number, high: number]

/** The number of resamples of a bootstrap. */
export const resamples = 1000

/** The fewest draws for an interval. With fewer, a resample says little about other rows. */
const fewestDraws = 10

/**
 * A metric's values on resamples of the same rows, one array per network. Units are drawn with replacement,
 * as many as the resampling says, and the same ones for every network, so that differences are paired. They
 * follow from the metric's name.
 * There are `times` resamples. Undefined with too few draws.
 */
export function bootstrap(
  name: string,
  networks: readonly MeasuredRows[],
  { units, draws }: Resampling,
  random: RandomSource,
  times = resamples,
): Float64Array[] | undefined {
  if (draws < fewestDraws) return undefined
  const values = networks.map((rows) => drawnFrom(rows, units))
  const distributions = networks.map(() => new Float64Array(times))
  const drawn = new Uint32Array(draws)
  for (let resample = 0; resample < times; resample++) {
    const stream = random.stream('bootstrap', name, resample)
    for (let draw = 0; draw < draws; draw++) drawn[draw] = stream.integer(units.length)
    distributions.forEach((distribution, n) => (distribution[resample] = values[n]!(drawn)))
  }
  return distributions
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
