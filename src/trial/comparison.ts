import { mostChance } from '../config/budget-schema.js'
import { resamplingOf } from '../data/resampling.js'
import { bootstrap } from '../objective/bootstrap.js'
import type { MeasuredRows } from '../objective/metric.js'
import { errorOf, type MetricName } from '../objective/metrics.js'
import { valueOf } from '../train/evaluate.js'
import { measuresOf } from './compared.js'
import type { Attempt, Compared } from './figures.js'
import type { Trial } from './types.js'

/** What is known of two networks: how much worse the one is, and how much worse it may be. */
export type Shortfall = Pick<Attempt, 'worse' | 'allowed' | 'by'>

/** How much worse an attempt is; infinite if that is not known. */
export const worseOf = ({ worse }: Shortfall): number => worse ?? Infinity

/** Whether an attempt is as good as it has to be. */
export const isWithin = ({ worse, allowed }: Shortfall): boolean =>
  worse !== null && allowed !== null && worse <= allowed

/** What a comparison allows: a tolerance or, if that is more, so many standard errors of the difference. */
export interface Allowed {
  readonly tolerance: number
  readonly errors: number
}

/**
 * Compares a network with another one by what both do on the validation rows, by the measure with the least
 * room left; null if either has no metric. The standard error is that of a paired bootstrap over the rows, and
 * accounts for `mostChance` at most.
 */
export function comparison(trial: Trial, one: Compared, other: Compared, allowed: Allowed): Shortfall {
  const names = measuresOf(trial.metric)
  const shortfalls = names.map((name) => difference(trial, name, one[name], other[name], allowed))
  const least = shortfalls.reduce((a, b) => (room(b) < room(a) ? b : a))
  return names.length === 1 ? least : { ...least, by: names[shortfalls.indexOf(least)]! }
}

/** How much of the allowed difference is left. */
const room = ({ worse, allowed }: Pick<Attempt, 'worse' | 'allowed'>): number =>
  worse === null || allowed === null ? -Infinity : allowed - worse

function difference(
  { data, config, random }: Trial,
  name: MetricName,
  one: MeasuredRows | undefined,
  other: MeasuredRows | undefined,
  { tolerance, errors }: Allowed,
): Pick<Attempt, 'worse' | 'allowed'> {
  const [mine, theirs] = [valueOf(one ?? null), valueOf(other ?? null)]
  if (!one || !other || !isNumber(mine) || !isNumber(theirs)) return { worse: null, allowed: null }
  const base = errorOf(name, theirs)
  const resampling = resamplingOf(data.dataset, config.split, data.splits.validation)
  const drawn = bootstrap(name, [one, other], resampling, random)
  const spread = drawn ? deviation(drawn[0]!.map((value, i) => value - drawn[1]![i]!)) : 0
  const unit = base > 0 ? base : 1
  const chance = Math.min((errors * spread) / unit, mostChance)
  return { worse: (errorOf(name, mine) - base) / unit, allowed: Math.max(tolerance, chance) }
}

const isNumber = (value: number | null): value is number => Number.isFinite(value)

/** The standard deviation of the finite values; 0 if there are none. */
function deviation(values: Float64Array): number {
  const finite = values.filter(Number.isFinite)
  const mean = finite.reduce((sum, each) => sum + each, 0) / finite.length
  return finite.length === 0
    ? 0
    : Math.sqrt(finite.reduce((sum, each) => sum + (each - mean) ** 2, 0) / finite.length)
}
