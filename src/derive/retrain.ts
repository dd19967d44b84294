import { setImmediate as nextTurn } from 'node:timers/promises'
import * as tf from '@tensorflow/tfjs-core'
import type { PreparedData } from '../data/types.js'
import { costOf } from '../nn/cost.js'
import type { Graph } from '../nn/graph.js'
import { withoutDeadNodes } from '../nn/transform.js'
import { moveAverage } from '../nn/moving-average.js'
import { ParameterStore } from '../nn/parameter-store.js'
import { isBetter } from '../objective/metrics.js'
import { l2 } from '../objective/terms/l2.js'
import { batching, type Batching } from '../search/batching.js'
import { evaluate } from '../search/evaluate.js'
import { diverged, predictsNumbers } from '../search/diverged.js'
import type { Stage } from '../search/events.js'
import { batchGradients, disposeGradients, type Gradients } from '../search/gradients.js'
import { discreteNetwork, type Network } from '../search/network.js'
import type { LoopContext } from '../search/options.js'
import { learningRateAt, optimizer, type Optimizer } from '../search/optimizer.js'
import type { RetrainOptions } from '../search/training.js'
import { stepWeights, updateStatistics } from '../search/update.js'

/** Names the random streams of all retraining: networks that are alike then come to the same figures, bit for bit. */
const purpose = 'retrain'

export interface RetrainContext extends LoopContext {
  readonly options: RetrainOptions
  readonly stage: Exclude<Stage, 'search'>
}

export interface Retrained {
  /** The network up to its task output: an auxiliary classifier has served. */
  readonly graph: Graph
  /** All parameters at the best validation metric; the last ones where no evaluation has one. */
  readonly values: ReadonlyMap<string, Float32Array>
  readonly validation: number | null
  /** The steps that they took. */
  readonly bestStep: number
  readonly interrupted: boolean
}

/**
 * Trains a discrete network, from `initial` values where given, and returns the weights of the best evaluation.
 * Fails where they are not finite, or the loss is not before any evaluation had a metric.
 */
export async function retrain(
  graph: Graph,
  data: PreparedData,
  context: RetrainContext,
  initial?: ReadonlyMap<string, Float32Array>,
): Promise<Retrained> {
  const { options } = context
  const store = ParameterStore.of(graph, context.random, initial)
  const network = discreteNetwork(graph, store)
  const average = options.average ? ParameterStore.of(graph, context.random, initial) : undefined
  const judged = discreteNetwork(graph, average ?? store)
  const kept = withoutDeadNodes(graph, ['task'])
  const rule = optimizer(options.weights)
  // The search is over: the rows that trained the gates now train weights.
  const rows = Uint32Array.from([...data.splits.train, ...data.splits.arch])
  const batches = batching(data, rows, options, context.random, purpose)
  const { steps, evaluateEvery, earlyStop } = options
  let best: Omit<Retrained, 'graph' | 'interrupted'> = {
    values: judged.weights.values(),
    validation: null,
    bestStep: 0,
  }
  try {
    let done = 0
    while (done < steps && !(earlyStop && done - best.bestStep >= earlyStop.steps)) {
      const start = performance.now()
      const until = Math.min(done + evaluateEvery, steps)
      const loss = await train(network, average, rule, data, context, batches, [done, until])
      if (context.signal?.aborted) return { graph: kept, ...best, interrupted: true }
      const stepMs = (performance.now() - start) / (until - done)
      done = until
      const validation = evaluate(judged, data, data.splits.validation, context.metric)
      context.emit(evaluated(context.stage, done, loss, validation, kept, stepMs))
      if (validation === null || isBetter(context.metric, validation, best.validation, earlyStop?.minDelta))
        best = { values: judged.weights.values(), validation, bestStep: done }
      else if (best.bestStep === 0 && !Number.isFinite(loss)) throw diverged(context.stage)
    }
    // A metric can be undefined in all evaluations, as r2 is on targets that are all equal.
    if (best.bestStep === 0) best = { values: judged.weights.values(), validation: null, bestStep: done }
    if (best.validation === null && !predictsNumbers(judged, data)) throw diverged(context.stage)
    context.emit({
      type: 'done',
      stage: context.stage,
      reason: done < steps ? 'early-stop' : 'finished',
      step: done,
    })
    return { graph: kept, ...best, interrupted: false }
  } finally {
    store.dispose()
    average?.dispose()
    rule.dispose()
  }
}

/** Steps from one to another; the mean task loss. */
async function train(
  network: Network,
  average: ParameterStore | undefined,
  rule: Optimizer,
  data: PreparedData,
  context: RetrainContext,
  batches: Batching,
  [from, until]: readonly [number, number],
): Promise<number> {
  const { steps, weights } = context.options
  const wanted = network.weights.specs.filter(({ role }) => role === 'weight').map(({ name }) => name)
  const auxiliary = 'auxiliary' in network.graph.outputs ? context.options.auxiliary : 0
  let sum = tf.keep(tf.scalar(0))
  for (let t = from; t < until && !context.signal?.aborted; t++) {
    const lossWeights = { task: 1, reconstruction: 0, auxiliary, loss: context.loss }
    const gradients = batchGradients(
      network,
      data.dataset.shape,
      batches.at(t),
      lossWeights,
      { weights: wanted, alphas: [] },
      {
        execute: context.execute,
        // Dropping paths grows linearly to its rate, as in DARTS.
        draws: { seed: context.random.seed, purpose, t, dropPath: t / steps },
      },
    )
    applyGradients(network, gradients, rule, context.options, learningRateAt(weights, t, steps))
    if (average) moveAverage(average, network.weights, t)
    const total = tf.keep(tf.add(sum, gradients.losses.task!))
    sum.dispose()
    sum = total as tf.Scalar
    disposeGradients(gradients)
    if (t % 8 === 7) await nextTurn()
  }
  await nextTurn()
  const mean = sum.dataSync()[0]! / (until - from)
  sum.dispose()
  return mean
}

function applyGradients(
  network: Network,
  gradients: Gradients,
  rule: Optimizer,
  { l2: lambda, weights }: RetrainOptions,
  learningRate: number,
): void {
  stepWeights(network.weights, gradients, {
    optimizer: rule,
    learningRate,
    clipNorm: weights.clipNorm,
    terms: () => [{ term: l2, lambda }],
  })
  updateStatistics(network.weights, gradients.statistics)
}

function evaluated(
  stage: Stage,
  step: number,
  loss: number,
  validation: number | null,
  graph: Graph,
  stepMs: number,
) {
  const { parameters } = costOf(graph)
  const losses = { total: loss, task: loss, reconstruction: null }
  return {
    type: 'evaluation',
    stage,
    step,
    loss: losses,
    validation,
    parameters,
    sparsity: {},
    entropy: {},
    stepMs,
  } as const
}
