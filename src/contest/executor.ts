import type { PlannedTrial } from './planned.js'
import type { TrialRow } from './types.js'

/**
 * Runs the trials of a comparison: in this process, in another one, or behind a queue. A comparison gives each
 * of its executors one group of trials at a time, all of one set, size and seed.
 */
export interface TrialExecutor {
  /**
   * Runs the trials of a group one after the other, and yields the row of each as soon as it ends. A trial
   * that fails is a row, too. Throws Interrupted if the signal aborts, and errors of the operating system.
   */
  run(group: readonly PlannedTrial[], signal?: AbortSignal): AsyncIterable<TrialRow>
  /** Frees what the executor owns. It is not used afterwards. */
  dispose(): void
}
