import type { BackendName } from '../backend/index.js'
import type { PlannedTrial } from '../contest/planned.js'
import type { TrialRow } from '../contest/types.js'
import type { Identity } from './identity.js'
import type { TrialBeat } from './jobs.js'

/** A trial for a process that runs trials. */
export interface ChildTrial {
  /** The name of its checkpoints. */
  readonly id: string
  readonly planned: PlannedTrial
  /** The folder to which its paths are relative: the cache. */
  readonly folder: string
  /** The folder of checkpoints; without it there are none. */
  readonly shared?: string | undefined
}

/** What a worker sends to a process that runs trials. */
export type ChildWork =
  | { readonly identify: { readonly backend: BackendName; readonly relaxed: boolean } }
  | { readonly trial: ChildTrial }
  /** Stops the trial at its next step, behind a checkpoint. */
  | { readonly stop: true }

/** What such a process sends back. A trial ends with a row, by being stopped, or with an error. */
export type ChildAnswer =
  | { readonly identity: Identity }
  | { readonly row: TrialRow }
  | { readonly stopped: true }
  | { readonly error: { readonly name: string; readonly message: string } }
  | { readonly beat: Omit<TrialBeat, 'worker'> }
  | { readonly notice: string }
