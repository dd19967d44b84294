import { mean } from './statistics.js'
import type { Place, TrialRow } from './types.js'

const methodOf = ({ set, size, method }: Place): string => JSON.stringify([set, size, method])

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
  const ofMethod = new Map<string, number[]>()
  const all: number[] = []
  for (const row of done) {
    if (!row.seconds) continue
    const seconds = totalOf(row.seconds)
    all.push(seconds)
    const methodSeconds = ofMethod.get(methodOf(row))
    if (methodSeconds) methodSeconds.push(seconds)
    else ofMethod.set(methodOf(row), [seconds])
  }
  if (all.length === 0) return null
  const means = new Map([...ofMethod].map(([method, seconds]) => [method, mean(seconds)]))
  const ofAll = mean(all)
  const ofGroup = new Map<string, number>()
  for (const place of pending) {
    const group = JSON.stringify([place.set, place.size, place.seed])
    const expected = means.get(methodOf(place)) ?? ofAll
    ofGroup.set(group, (ofGroup.get(group) ?? 0) + expected)
  }
  let [sum, longest] = [0, 0]
  for (const seconds of ofGroup.values()) {
    sum += seconds
    longest = Math.max(longest, seconds)
  }
  return Math.max(sum / workers, longest)
}

/** The seconds of all parts of a trial together. */
export const totalOf = ({ search, baseline, retrain }: NonNullable<TrialRow['seconds']>): number =>
  search + (baseline ?? 0) + retrain
