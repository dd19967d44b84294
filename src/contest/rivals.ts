import { Failure } from '../base/errors.js'
import { taskCost } from '../supernet/cost.js'
import type { Schedule } from '../schedule/types.js'
import type { Architecture } from '../supernet/types.js'
import { trainBaseline } from '../trial/baseline.js'
import type { Baseline } from '../trial/figures.js'
import { runTrial } from '../trial/trial.js'
import type { Trial, TrialHooks } from '../trial/types.js'
import type { Trained } from './stability.js'
import type { TrialFigures, TrialSeconds } from './types.js'

/** The result of a method in one trial. */
export interface Outcome {
  readonly figures: TrialFigures
  readonly seconds: TrialSeconds
  /** The unpruned supernet, which other methods on the same rows can reuse. */
  readonly baseline?: Baseline | undefined
  /** What the network's test metric and its training are judged by. */
  readonly trained?: Trained | undefined
  /** What it kept of the supernet. */
  readonly architecture?: Architecture | undefined
  /** The λ that its search used. */
  readonly schedule?: Schedule | undefined
}

/**
 * Runs a method on a trial whose data are split and whose supernet is built. Throws if it gets no result. The
 * test rows are used only once, at the end.
 */
export type MethodRun = (trial: Trial, hooks: TrialHooks) => Promise<Outcome>

/** Runs a search as `sentei search` does. */
export const searched: MethodRun = async (trial, hooks) => {
  const { metrics, seconds, baseline, steps, tried, ...result } = await runTrial(trial, hooks)
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
    trained: { test: result.measured.test, losses: result.losses },
    architecture: result.architecture,
    schedule: result.schedule,
  }
}

/** Trains the whole supernet without pruning, as the reference for pruning. */
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
    trained: { test: baseline.measured?.test ?? null, losses: baseline.retrained?.losses ?? [] },
  }
}

/** Methods of a comparison that are not searches, by the names that a document uses. */
export const rivals = { unpruned } satisfies Readonly<Record<string, MethodRun>>

export type RivalName = keyof typeof rivals
