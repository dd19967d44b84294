import { mean } from './statistics.js'
import type { Place, TrialRow } from './types.js'

const isOfSame = (a: Place, b: Place): boolean =>
  a.set === b.set && a.size === b.size && a.method === b.method

/**
 * The seconds that trials may take that are still to run: each the mean of those done of its set, size and method, or of all
 * where there is none. Null where nothing was done.
 */
export function secondsLeft(pending: readonly Place[], done: readonly TrialRow[]): number | null {
  const timed = done.flatMap((row) => (row.seconds ? [{ row, seconds: totalOf(row.seconds) }] : []))
  if (timed.length === 0) return null
  const all = mean(timed.map(({ seconds }) => seconds))
  return pending.reduce((sum, place) => {
    const own = timed.filter(({ row }) => isOfSame(row, place))
    return sum + (own.length > 0 ? mean(own.map(({ seconds }) => seconds)) : all)
  }, 0)
}

/** The seconds of a trial, all parts together. */
export const totalOf = ({ search, baseline, retrain }: NonNullable<TrialRow['seconds']>): number =>
  search + (baseline ?? 0) + retrain
