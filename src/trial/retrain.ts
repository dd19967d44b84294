import type { PreparedData } from '../data/types.js'
import type { Graph } from '../nn/graph.js'
import { withoutDeadNodes } from '../nn/transform.js'
import { predictsNumbers } from '../train/diverged.js'
import { runTraining, type Training } from '../train/loop.js'
import { perform, weightsOrder } from '../train/order.js'
import type { Retrained } from './figures.js'
import { retrainHands, retrainParts, type RetrainContext } from './retrain-parts.js'
import { beginRetraining, lookAt, returnToGood, type Retraining } from './retrain-progress.js'

export type { RetrainContext } from './retrain-parts.js'

/**
 * Trains a discrete network, from `initial` values if given, and returns the weights of the best evaluation
 * or of the last step. A training that diverges returns to its last good evaluation and continues with a
 * lower learning rate; it fails if that does not help.
 */
export async function retrain(
  graph: Graph,
  data: PreparedData,
  given: RetrainContext,
  initial?: ReadonlyMap<string, Float32Array>,
): Promise<Retrained> {
  const parts = await retrainParts(graph, data, given, initial)
  try {
    const kept = withoutDeadNodes(graph, ['task'])
    const retraining = beginRetraining(parts, data, given, kept)
    const { step, interrupted } = await runTraining(trainingOf(retraining), 0)
    const { losses, ended, best } = retraining.progress
    if (interrupted) return { graph: kept, ...best, losses, interrupted }
    const early = ended === 'time' ? 'time' : 'early-stop'
    const reason = step < given.options.steps ? early : 'finished'
    given.emit({ type: 'done', stage: given.stage, reason, step })
    const figures = { graph: kept, losses, interrupted: false }
    if (best.bestStep > 0) return { ...figures, ...best }
    // A metric may be undefined in all evaluations, as r2 is for targets that are all equal.
    return { ...figures, values: parts.judged.weights.values(), validation: null, bestStep: step }
  } finally {
    parts.dispose()
  }
}

/** The number of steps between checks for losses that are not finite. */
const checkEvery = 20

function trainingOf(retraining: Retraining): Training {
  const { parts, data, context, progress } = retraining
  const { steps, evaluateEvery, average } = context.options
  const order = weightsOrder(average)
  const hands = retrainHands(parts, data, context)
  return {
    steps,
    signal: context.signal,
    ended: () => progress.ended !== undefined,
    step(t) {
      parts.sums.begin()
      perform(order, hands, t)
      const next = t + 1
      if (t % checkEvery === 0 && !parts.sums.areFinite())
        return { step: next, why: 'the loss is not finite' }
      return next % evaluateEvery === 0 || next === steps ? lookAt(retraining, next) : undefined
    },
    fault: (step) =>
      step === steps && progress.best.validation === null && !predictsNumbers(parts.judged, data)
        ? { step, why: 'a prediction is not finite' }
        : undefined,
    goBack: (divergence) => returnToGood(retraining, divergence),
  }
}
