import type { TrialRow } from './types.js'

/** Keeps the trials that have ended, for example in a file, a database or a queue. */
export interface TrialStore {
  /** All rows in the store, in any order. */
  done(): readonly TrialRow[] | Promise<readonly TrialRow[]>
  /** Keeps a row. Once it returns, the trial need not be run again. */
  save(row: TrialRow): void | Promise<void>
}

/** A store in memory, which ends with the program. */
export function memoryStore(): TrialStore {
  const rows: TrialRow[] = []
  return { done: () => rows, save: (row) => void rows.push(row) }
}
