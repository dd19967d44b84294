import type { TrialRow } from './types.js'

/** Keeps trials that are over: a file, a database, a queue. */
export interface TrialStore {
  /** All that it has, in any order. */
  done(): readonly TrialRow[] | Promise<readonly TrialRow[]>
  /** Keeps one more; when it returns, the trial need not be run again. */
  save(row: TrialRow): void | Promise<void>
}

/** A store that ends with the program. */
export function memoryStore(): TrialStore {
  const rows: TrialRow[] = []
  return { done: () => rows, save: (row) => void rows.push(row) }
}
