import { mean } from './statistics.js'
import type { Place, TrialRow } from './types.js'

const isOfSame = (a: Place, b: Place): boolean =>
  a.set === b.set && a.size === b.size && a.method === b.method

/**
 * Estimates the seconds for the pending trials with a number of workers. Each is expected to take the mean of
 * the finished trials of its set, size and method or, if there are none, of all finished trials. Trials on
 * the same rows run one after the other, so that it takes at least as long as the longest of these groups.
 * Null if no trial was timed.
 */
export function secondsLeft(
  pending: readonly Place[],
  done: readonly TrialRow[],
  workers = 1,
): number | null {
  const timed = done.flatMap((row) => (row.seconds ? [{ row, seconds: totalOf(row.seconds) }] : []))
  if (timed.length === 0) return null
  const all = mean(timed.map(({ seconds }) => seconds))
  const ofGroup = new Map<string, number>()
  for (const place of pending) {
    const own = timed.filter(({ row }) => isOfSame(row, place))
    const group = JSON.stringify([place.set, place.size, place.seed])
    const expected = own.length > 0 ? mean(own.map(({ seconds }) => seconds)) : all
    ofGroup.set(group, (ofGroup.get(group) ?? 0) + expected)
  }
  const groups = [...ofGroup.values()]
  return Math.max(0, groups.reduce((sum, each) => sum + each, 0) / workers, ...groups)
}

/** The seconds of all parts of a trial together. */
export const totalOf = ({ search, baseline, retrain }: NonNullable<TrialRow['seconds']>): number =>
  search + (baseline ?? 0) + retrain
