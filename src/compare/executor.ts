import type { PlannedTrial } from './planned.js'
import type { TrialRow } from './types.js'

/**
 * Runs the trials of a comparison: in this process, in another one, or behind a queue. A comparison gives
 * each of its executors one group of trials at a time, all of one set, size and seed. An executor that a
 * program hands in gets all trials as one group.
 */
export interface TrialExecutor {
  /**
   * Runs the trials of a group, and yields the row of each as soon as it ends; it goes on once the row is
   * kept. A trial that fails is a row, too. Throws Interrupted if the signal aborts, and errors of the
   * operating system.
   */
  run(group: readonly PlannedTrial[], signal?: AbortSignal): AsyncIterable<TrialRow>
  /** How many trials it runs at a time now; 1 without it. */
  readonly atATime?: () => number
  /** Frees what the executor owns. It is not used afterwards. */
  dispose(): void
}
