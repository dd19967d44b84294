import type { PlannedTrial } from './planned.js'
import type { TrialRow } from './types.js'

/** What a comparison sends to a process that runs trials. */
export interface TrialWork {
  /** The folder to which paths in configurations are relative. */
  readonly folder: string
  readonly group: readonly PlannedTrial[]
  /** The files of the plugins to load; the trials name them by hash. */
  readonly plugins: readonly string[]
}

/** What such a process sends back: each row, then that the group is done, or why it cannot go on. */
export type TrialAnswer =
  { readonly row: TrialRow } | { readonly done: true } | { readonly error: Readonly<Record<string, unknown>> }
