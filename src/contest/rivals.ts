import { Failure } from '../base/errors.js'
import { taskCost } from '../supernet/cost.js'
import { trainBaseline } from '../trial/baseline.js'
import type { Baseline } from '../trial/figures.js'
import { runTrial } from '../trial/trial.js'
import type { Trial, TrialHooks } from '../trial/types.js'
import type { TrialFigures, TrialSeconds } from './types.js'

/** What a method made of a trial. */
export interface Outcome {
  readonly figures: TrialFigures
  readonly seconds: TrialSeconds
  /** The unpruned supernet, for other methods on the same rows. */
  readonly baseline?: Baseline | undefined
}

/**
 * What a method does with a trial that is set up: its data split, its supernet built. Throws where it has no result. The
 * test rows are looked at once, at the end.
 */
export type MethodRun = (trial: Trial, hooks: TrialHooks) => Promise<Outcome>

/** A search, as `sentei search` runs it. */
export const searched: MethodRun = async (trial, hooks) => {
  const { metrics, seconds, baseline, steps, tried } = await runTrial(trial, hooks)
  const { derived, supernet, tolerated } = metrics
  return {
    figures: {
      metric: metrics.metric,
      validation: metrics.validation.final,
      test: metrics.test.final,
      parameters: derived.parameters,
      flops: derived.flops,
      share: derived.parameters / supernet.parameters,
      searchSteps: steps + (tried?.steps ?? 0),
      sizesTried: tolerated?.attempts.length ?? 0,
    },
    seconds,
    baseline,
  }
}

/** The whole supernet, retrained: what pruning is held against. */
const unpruned: MethodRun = async (trial, hooks) => {
  const start = performance.now()
  const baseline = hooks.baseline ?? (await trainBaseline(trial, hooks))
  const { validation, test, parameters, flops, diverged } = baseline.figures
  if (diverged !== undefined) throw new Failure(diverged)
  return {
    figures: {
      metric: trial.metric,
      ...{ validation, test, parameters, flops },
      share: parameters / taskCost(trial.supernet).parameters,
      searchSteps: 0,
      sizesTried: 0,
    },
    seconds: {
      search: 0,
      baseline: hooks.baseline ? null : (performance.now() - start) / 1000,
      retrain: 0,
    },
    baseline,
  }
}

/** What stands beside searches and is none, by the name that a document has for it. */
export const rivals = { unpruned } satisfies Readonly<Record<string, MethodRun>>

export type RivalName = keyof typeof rivals
