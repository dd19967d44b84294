import type { Config } from '../../config/config-schema.js'
import type { Dataset } from '../../data/types.js'
import type { Baseline } from '../../trial/figures.js'
import type { Trial, TrialHooks } from '../../trial/types.js'
import type { Schedule } from '../../schedule/types.js'
import type { Architecture } from '../../supernet/types.js'
import type { Trained } from '../stability.js'
import type { TrialFigures, TrialSeconds } from '../types.js'

/** The result of a method in one trial. */
export interface TrialOutcome {
  readonly figures: TrialFigures
  readonly seconds: TrialSeconds
  /** The unpruned supernet, which other methods on the same rows can reuse. */
  readonly baseline?: Baseline | undefined
  /** What the network's test metric and its training are judged by. */
  readonly trained?: Trained | undefined
  /** The median seconds of a prediction for one row. */
  readonly latency?: number | undefined
  /** What it kept of the supernet. */
  readonly architecture?: Architecture | undefined
  /** The λ that its search used. */
  readonly schedule?: Schedule | undefined
}

/** What a method gets beside its trial. */
export interface RivalOptions {
  /** By what `grid` multiplies the λ of its schedule, as the document says; undefined if it does not. */
  readonly factors?: readonly number[] | undefined
  /** Sets up a trial on the same data with another configuration. */
  readonly setUp: (config: Config) => Promise<Trial>
}

/**
 * Runs a method on a trial whose data are split and whose supernet is built. Throws if it gets no result. The
 * test rows are used only once, at the end. Frees every tensor that it allocates.
 */
export type MethodRun = (trial: Trial, hooks: TrialHooks, options: RivalOptions) => Promise<TrialOutcome>

/** A method of a comparison that is not a scheduled search. */
export interface Rival {
  readonly run: MethodRun
  /** Why it does not suit some data, with the rivals that do; undefined if it suits. All data by default. */
  readonly refuses?: (dataset: Dataset) => string | undefined
  /** Throws an InputError if a trial that is set up asks of it what it cannot do. */
  readonly check?: (trial: Trial) => void
  /** Whether every comparison whose data it suits has it, unless the document says otherwise. */
  readonly byDefault: boolean
  /** Whether it prunes, so that the budget of `base` holds for it as for a search. */
  readonly prunes?: boolean
  /** If it searches under a schedule: the one that it has unless its method names another. */
  readonly schedule?: string
}
