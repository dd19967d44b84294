import type { ScheduleSource } from '../schedule/source.js'
import type { Schedule } from '../schedule/types.js'

/**
 * What a planner knows a try by: it makes the same search of it whenever, and on whichever machine. Plain
 * JSON.
 */
export interface Proposal {
  readonly generation: number
  readonly rung: number
  readonly genome: readonly number[]
  /** The number of iterations that it costs. */
  readonly steps: number
}

/** The search that a planner makes of a proposal. */
export interface Try {
  /** A shortened schedule, and the source of its λ. */
  readonly schedule: Schedule
  readonly source: ScheduleSource
  /**
   * The number of iterations of the base, with gates held, that make the initial weights; these are made only
   * once.
   */
  readonly warm: number
}

/** The result of a try. */
export interface TryOutcome {
  /**
   * The error of the searched supernet on validation, with gates kept and without retraining: the
   * cross-entropy, or the mean squared error divided by the variance of the targets. Null if the search
   * diverged.
   */
  readonly error: number | null
  /** The cost of the architecture as a share of the supernet's. */
  readonly cost: number
}

/** A try as it is recorded. Plain JSON. */
export interface Tried extends Proposal, TryOutcome {}

/** Runs and records searches for a planner that tries whole searches. */
export interface Trying {
  /**
   * Runs searches of which none depends on another, one after the other or at once. Yields the outcome of
   * each as it is known, in the order in which they were asked for.
   */
  run(asked: readonly Proposal[]): AsyncIterable<TryOutcome>
  /** The tries of an interrupted run, in order. */
  readonly known: readonly Tried[]
  /** Called with each try as it ends, including known ones. */
  add(tried: Tried): void
}
