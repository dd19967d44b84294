import type { PreparedData } from '../data/types.js'
import type { Trial, TrialResult } from '../trial/types.js'
import type { Event } from '../events/types.js'
import type { RunPlan } from './plan-run.js'

/** Who watches a run, who may stop it, and how many compute it: nothing that the run remembers. */
export interface RunHooks {
  readonly onEvent?: (event: Event) => void
  /** Called with a sentence that is worth knowing. It stops nothing. */
  readonly onNotice?: (text: string) => void
  /** Told what the data read as, before anything trains. */
  readonly onData?: (data: PreparedData) => void
  /** Told, before a new search begins, what will run and how long it may take; a few steps are timed for that. */
  readonly onPlan?: ((plan: RunPlan) => void) | undefined
  /** Told what the trial came to, before it is written. */
  readonly onResult?: (trial: Trial, result: TrialResult) => void
  /** Aborting it writes a checkpoint; the run then throws Interrupted and can be resumed. */
  readonly signal?: AbortSignal
  /** Told when the run begins to listen to the signal, and when it ends; what reads, builds or writes does not. */
  readonly onStoppable?: (stoppable: boolean) => void
  /** Threads that compute shards, this one included; 1 by default. Any number gives the same bytes. */
  readonly workers?: number
}
