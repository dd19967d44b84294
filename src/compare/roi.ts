import type { ComparisonDocument } from '../config/comparison-schema.js'
import { totalOf } from './remaining.js'
import { mean } from './statistics.js'
import { errorIn } from './test-error.js'
import { onSameRows, type TrialRow, type TrialSeconds } from './types.js'

/** What a method costs more than another one on a set, and when its lower error has paid for that. */
export interface Return {
  readonly set: string
  readonly size: number | 'all'
  readonly other: string
  /** Hours of a trial more than those of the other. */
  readonly hours: number
  /** The other's mean error minus the method's own. */
  readonly saved: number
  /**
   * The number of predictions after which the saved error has paid for the hours: 0 if it takes no more hours,
   * null if it never does.
   */
  readonly predictions: number | null
}

/**
 * The return of a method against every other one on each set: hours · hourCost / (saved · errorCost)
 * predictions pay for it, where `hourCost` is the price of an hour of computing, and `errorCost` what one unit
 * of error costs per prediction. Only sets for which both have results.
 */
export function returnsOf(
  method: string,
  { hourCost, errorCost }: NonNullable<ComparisonDocument['roi']>,
  rows: readonly TrialRow[],
): Return[] {
  const places = new Map(
    rows.map(({ set, size, method: other }) => [JSON.stringify([set, size, other]), { set, size, other }]),
  )
  return [...places.values()].flatMap(({ set, size, other }) => {
    if (other === method) return []
    const [ours, theirs] = [method, other].map((name) =>
      costOf(
        rows.filter((row) => row.set === set && row.size === size && row.method === name),
        rows,
      ),
    )
    if (!ours || !theirs) return []
    const [hours, saved] = [ours.hours - theirs.hours, theirs.error - ours.error]
    const predictions = saved > 0 ? (Math.max(0, hours) * hourCost) / (saved * errorCost) : null
    return [{ set, size, other, hours, saved, predictions }]
  })
}

/** The mean hours and the mean error of trials; undefined if none has both. */
function costOf(
  rows: readonly TrialRow[],
  all: readonly TrialRow[],
): { hours: number; error: number } | undefined {
  const known = rows.flatMap((row) => {
    const error = errorIn(row)
    return row.seconds && error !== null ? [{ hours: secondsOf(row, row.seconds, all) / 3600, error }] : []
  })
  if (known.length === 0) return undefined
  return { hours: mean(known.map(({ hours }) => hours)), error: mean(known.map(({ error }) => error)) }
}

/** The seconds of a trial as if it had been run alone: with the unpruned supernet that another one trained. */
function secondsOf(row: TrialRow, seconds: TrialSeconds, all: readonly TrialRow[]): number {
  const trained = all.find((other) => onSameRows(other, row) && other.seconds?.baseline != null)
  return totalOf(seconds) + (seconds.shared ? (trained?.seconds?.baseline ?? 0) : 0)
}
