import { mean } from './statistics.js'
import type { Place, TrialRow } from './types.js'

const isOfSame = (a: Place, b: Place): boolean =>
  a.set === b.set && a.size === b.size && a.method === b.method

/**
 * Estimates the seconds for the pending trials. Each is expected to take the mean of the finished trials of
 * its set, size and method or, if there are none, of all finished trials. Null if no trial was timed.
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

/** The seconds of all parts of a trial together. */
export const totalOf = ({ search, baseline, retrain }: NonNullable<TrialRow['seconds']>): number =>
  search + (baseline ?? 0) + retrain
