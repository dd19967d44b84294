import { InputError } from '../base/errors.js'
import type { PlannedTrial } from './planned.js'
import { secondsLeft } from './remaining.js'
import { placeText, type TrialRow } from './types.js'

/**
 * How long an estimate of the time left may stand, in ms: it reads all trials, and some last no longer than
 * this.
 */
const estimateMs = 250

/** What is planned of a comparison, and what of it is done. */
export interface Ledger {
  /** The trials that are left. Two names may stand for the same method, so that they share a trial. */
  pending(): PlannedTrial[]
  /**
   * The rows of the trials that are done, under the names of this comparison, in the order in which they
   * came.
   */
  readonly rows: readonly TrialRow[]
  /** How many trials of the store are none of this comparison as it is now, and do not count. */
  readonly others: number
  /**
   * Throws an InputError if a row comes from other data than the rows of the same set, size and seed: the
   * data changed between the trials, so that they cannot be compared.
   */
  check(row: TrialRow): void
  add(row: TrialRow): void
  /** Estimated seconds for what is left, with so many trials at a time; null if none was timed. */
  secondsLeft(atATime: number): number | null
}

/** A ledger that begins with the rows of a store. Throws as `check` does. */
export function ledgerOf(planned: readonly PlannedTrial[], stored: readonly TrialRow[]): Ledger {
  const placesOf = new Map<string, PlannedTrial[]>()
  for (const trial of planned) {
    const places = placesOf.get(trial.key)
    if (places) places.push(trial)
    else placesOf.set(trial.key, [trial])
  }
  const done = new Set<string>()
  const rows: TrialRow[] = []
  const firstOf = new Map<string, TrialRow>()
  let estimate: { at: number; seconds: number | null } | undefined
  const check = (row: TrialRow): void => {
    const first = firstOf.get(rowsOf(row))
    if (row.rows && first && first.rows!.hash !== row.rows.hash)
      throw new InputError(
        `${placeText(row)}: expected the rows of method ${first.method}, got others: the data changed since; compare in another folder`,
      )
  }
  const add = (row: TrialRow): void => {
    done.add(row.key)
    for (const { set, size, method, seed } of placesOf.get(row.key) ?? []) {
      const placedRow = { ...row, set, size, method, seed }
      check(placedRow)
      rows.push(placedRow)
      if (placedRow.rows && !firstOf.has(rowsOf(placedRow))) firstOf.set(rowsOf(placedRow), placedRow)
    }
  }
  for (const row of stored) if (!done.has(row.key)) add(row)
  const others = [...done].filter((key) => !placesOf.has(key)).length
  return {
    rows,
    others,
    check,
    add,
    pending: () =>
      [...placesOf.values()].flatMap(([first]) => (first && !done.has(first.key) ? [first] : [])),
    secondsLeft(atATime) {
      const over = rows.length === planned.length
      if (estimate && !over && performance.now() < estimate.at + estimateMs) return estimate.seconds
      const left = planned.filter(({ key }) => !done.has(key))
      estimate = { seconds: secondsLeft(left, rows, atATime), at: performance.now() }
      return estimate.seconds
    },
  }
}

/** What all trials on the same rows have in common. */
const rowsOf = ({ set, size, seed }: TrialRow): string => JSON.stringify([set, size, seed])
