import { costOf } from '../nn/cost.js'
import type { PreparedData } from '../data/types.js'
import type { Graph } from '../nn/graph.js'
import { isBetter } from '../objective/metrics.js'
import { freshCourse, type Divergence } from '../train/course.js'
import { judgeTraining } from '../train/diverged.js'
import { evaluate } from '../train/evaluate.js'
import { goBack, keepGood, type TrainingState } from '../train/roll-back.js'
import type { Summed } from '../train/running-sums.js'
import { steered, type Steered } from '../train/steered.js'
import type { Retrained } from './figures.js'
import type { RetrainContext, RetrainParts } from './retrain-parts.js'

/** What a retraining keeps from one step to the next, besides arrays. */
interface RetrainProgress extends Summed, Steered {
  /** The best evaluation so far: its weights, its metric, and after how many steps. */
  best: Pick<Retrained, 'values' | 'validation' | 'bestStep'>
  losses: Retrained['losses']
  /** Why the training ends before its last step, if it does. */
  ended?: 'early-stop' | 'time'
}

/** The state of a retraining, in memory, to which it returns if it diverges. */
interface RetrainState extends TrainingState {
  readonly progress: RetrainProgress
}

/** A running retraining. */
export interface Retraining {
  readonly parts: RetrainParts
  readonly data: PreparedData
  /** Its settings follow the interventions in `progress`. */
  readonly context: RetrainContext
  readonly progress: RetrainProgress
  /** The number of parameters that is reported. */
  readonly parameters: number
  good: RetrainState
}

/** A retraining that has just begun. `kept` is the graph whose size is reported. */
export function beginRetraining(
  parts: RetrainParts,
  data: PreparedData,
  given: RetrainContext,
  kept: Graph,
): Retraining {
  const progress: RetrainProgress = {
    best: { values: parts.judged.weights.values(), validation: null, bestStep: 0 },
    losses: [],
    interventions: [],
    lossSums: { task: 0, reconstruction: 0, count: 0 },
    course: freshCourse(),
  }
  const context = steered(given, progress, 'retrain')
  const good = { step: 0, arrays: parts.arrays(), progress: copyOf(progress) }
  return { parts, data, context, progress, parameters: costOf(kept).parameters, good }
}

/** A copy of what changes in place. Weights and losses are replaced, and never change. */
const copyOf = (progress: RetrainProgress): RetrainProgress => ({
  ...progress,
  lossSums: { ...progress.lossSums },
  course: structuredClone(progress.course),
  interventions: [...progress.interventions],
})

/** Judges and reports an evaluation after `step` steps. Returns the divergence, if there is one. */
export function lookAt(retraining: Retraining, step: number): Divergence | undefined {
  const { parts, data, context, progress, parameters } = retraining
  const { judged, sums } = parts
  const { stage, metric } = context
  const { losses: means, stepMs } = sums.drain(progress)
  const validation = Number.isFinite(means.total)
    ? evaluate(judged, data, data.splits.validation, metric)
    : null
  const { course } = progress
  const verdict = judgeTraining({ course, network: judged, data, metric }, means, validation)
  if ('why' in verdict) return { step, why: verdict.why }
  const arrays = parts.arrays()
  const loss = { total: means.total, task: means.total, reconstruction: null }
  const figures = { loss, validation, parameters, sparsity: {}, entropy: {}, stepMs }
  const better = isBest(retraining, validation)
  const best = better ? { values: judged.weights.values(), validation, bestStep: step } : progress.best
  const losses = [...progress.losses, { step, loss: means.total }]
  const state = { step, arrays, progress: copyOf({ ...progress, best, losses }) }
  const divergence = keepGood(retraining, state, verdict.calm)
  if (divergence) return divergence
  Object.assign(progress, { best, losses })
  context.emit({ type: 'evaluation', stage, step, ...figures })
  conclude(retraining, step)
  return undefined
}

function isBest({ context, progress: { best } }: Retraining, validation: number | null): boolean {
  const { metric, options, recipe = {} } = context
  return (
    options.keep === 'last' ||
    validation === null ||
    isBetter(metric, validation, best.validation, options.earlyStop?.minDelta) ||
    (recipe.ties === 'last' && validation === best.validation)
  )
}

/** Ends a training that has not improved for long, or whose time is over. */
function conclude({ context, progress }: Retraining, step: number): void {
  const { earlyStop, steps } = context.options
  if (earlyStop !== undefined && step - progress.best.bestStep >= earlyStop.steps)
    progress.ended = 'early-stop'
  else if (step < steps && context.isOver?.(step)) progress.ended = 'time'
}

/**
 * Goes back to the last good state, as every training does, and returns the next step. Throws if nothing helps.
 */
export function returnToGood(retraining: Retraining, divergence: Divergence): number {
  const { parts, progress, context } = retraining
  const restore = (from: RetrainState): void => {
    parts.restore(from.arrays)
    delete progress.ended
    Object.assign(progress, copyOf(from.progress))
    parts.sums.restore(progress)
  }
  const { step, failure } = goBack({ ...retraining, stage: context.stage, restore }, divergence)
  if (failure) throw failure
  return step
}
