import type { PreparedData } from '../data/types.js'
import type { Trial, TrialResult } from '../trial/types.js'
import type { Event } from '../events/types.js'
import type { RunPlan } from './plan-run.js'

/** Callbacks, cancellation and threads of a run. None of these is stored in the run. */
export interface RunHooks {
  readonly onEvent?: (event: Event) => void
  /** Called with notices for the user. They do not stop the run. */
  readonly onNotice?: (text: string) => void
  /** Called with the prepared data before anything trains. */
  readonly onData?: (data: PreparedData) => void
  /**
   * Called before a new search begins, with what will run and how long it may take. A few steps are timed for
   * this.
   */
  readonly onPlan?: ((plan: RunPlan) => void) | undefined
  /** Called with the result of the trial before it is written. */
  readonly onResult?: (trial: Trial, result: TrialResult) => void
  /** Aborting it writes a checkpoint; the run then throws Interrupted and can be resumed. */
  readonly signal?: AbortSignal
  /**
   * Called with true when the run starts to react to the signal, and with false when it no longer does. It
   * does not react while it reads, builds or writes.
   */
  readonly onStoppable?: (stoppable: boolean) => void
  /**
   * Threads that compute shards, including the main thread; 1 by default. The number does not change the
   * result.
   */
  readonly workers?: number
}
