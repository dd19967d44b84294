import type { ScheduleSource } from '../schedule/source.js'
import type { Schedule } from '../schedule/types.js'

/** A search that a planner asks for. */
export interface Try {
  /** A shortened schedule, and who says its λ. */
  readonly schedule: Schedule
  readonly source: ScheduleSource
  /** The search begins with weights of so many iterations of the base, its gates held; they are made once. */
  readonly warm: number
}

/** How a try came out. */
export interface Outcome {
  /**
   * Of the searched supernet on validation, gates kept, no retraining: the cross-entropy, or the mean squared error over
   * the variance of the targets. Null where the search diverged.
   */
  readonly error: number | null
  /** What the architecture costs, as a share of the supernet. */
  readonly cost: number
}

/** A try as it is remembered. Plain JSON. */
export interface Tried extends Outcome {
  readonly generation: number
  readonly rung: number
  readonly genome: readonly number[]
  /** Iterations that it took. */
  readonly steps: number
}

/** What is done for a planner that tries whole searches. */
export interface Trying {
  /** Runs a search. */
  run(asked: Try): Promise<Outcome>
  /** What an interrupted run had tried already, in order. */
  readonly known: readonly Tried[]
  /** Takes each try as it ends, those that are known among them. */
  add(tried: Tried): void
}
