import { setImmediate as nextTurn } from 'node:timers/promises'
import * as tf from '@tensorflow/tfjs-core'
import type { Config } from '../config/config-schema.js'
import type { PreparedData } from '../data/types.js'
import { costOf } from '../nn/cost.js'
import type { Graph } from '../nn/graph.js'
import { withoutDeadNodes } from '../nn/transform.js'
import { ParameterStore } from '../nn/parameter-store.js'
import { isBetter } from '../objective/metrics.js'
import { l2 } from '../objective/terms/l2.js'
import { batching } from '../search/batching.js'
import { evaluate } from '../search/evaluate.js'
import { diverged, predictsNumbers } from '../search/diverged.js'
import type { Stage } from '../search/events.js'
import { batchGradients, disposeGradients, type Gradients } from '../search/gradients.js'
import { discreteNetwork, type Network } from '../search/network.js'
import type { LoopContext } from '../search/options.js'
import { learningRateAt, optimizer, type Optimizer } from '../search/optimizer.js'
import { stepWeights, updateStatistics } from '../search/update.js'

/** Names the random streams of all retraining: networks that are alike then come to the same figures, bit for bit. */
const purpose = 'retrain'

export interface RetrainContext extends LoopContext {
  readonly options: Config['retrain']
  readonly stage: Exclude<Stage, 'search'>
}

export interface Retrained {
  /** The network up to its task output: an auxiliary classifier has served. */
  readonly graph: Graph
  /** All parameters at the best validation metric; the last ones where no epoch has one. */
  readonly values: ReadonlyMap<string, Float32Array>
  readonly validation: number | null
  readonly bestEpoch: number
  readonly interrupted: boolean
}

/**
 * Trains a discrete network, from `initial` values where given, and returns the best epoch's weights. Fails
 * where they are not finite, or the loss is not before any epoch had a metric.
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
  const kept = withoutDeadNodes(graph, ['task'])
  const rule = optimizer(options.weights)
  // The search is over: the rows that trained the gates now train weights.
  const rows = Uint32Array.from([...data.splits.train, ...data.splits.arch])
  const batches = batching(data, rows, options, context.random, purpose)
  const steps = options.epochs * batches.perEpoch
  let best: Omit<Retrained, 'graph' | 'interrupted'> = {
    values: store.values(),
    validation: null,
    bestEpoch: -1,
  }
  try {
    for (let epoch = 0; epoch < options.epochs; epoch++) {
      const start = performance.now()
      const sum = await trainEpoch(network, rule, data, context, batches, epoch, steps)
      if (context.signal?.aborted) return { graph: kept, ...best, interrupted: true }
      const stepMs = (performance.now() - start) / batches.perEpoch
      const validation = evaluate(network, data, data.splits.validation, context.metric)
      context.emit(
        epochEvent(context.stage, epoch, (epoch + 1) * batches.perEpoch, sum, validation, kept, stepMs),
      )
      if (
        validation === null ||
        isBetter(context.metric, validation, best.validation, options.earlyStop?.minDelta)
      )
        best = { values: store.values(), validation, bestEpoch: epoch }
      else if (best.bestEpoch < 0 && !Number.isFinite(sum)) throw diverged(context.stage)
      else if (options.earlyStop && epoch - best.bestEpoch >= options.earlyStop.patience) break
    }
    // A metric can be undefined in all epochs, as r2 is on targets that are all equal.
    if (best.bestEpoch < 0) best = { values: store.values(), validation: null, bestEpoch: options.epochs - 1 }
    if (best.validation === null && !predictsNumbers(network, data)) throw diverged(context.stage)
    context.emit({ type: 'done', stage: context.stage, reason: 'finished', step: steps })
    return { graph: kept, ...best, interrupted: false }
  } finally {
    store.dispose()
    rule.dispose()
  }
}

/** One epoch of steps; the mean task loss. */
async function trainEpoch(
  network: Network,
  rule: Optimizer,
  data: PreparedData,
  context: RetrainContext,
  batches: ReturnType<typeof batching>,
  epoch: number,
  steps: number,
): Promise<number> {
  const wanted = network.weights.specs.filter(({ role }) => role === 'weight').map(({ name }) => name)
  const auxiliary = 'auxiliary' in network.graph.outputs ? context.options.auxiliary : 0
  let sum = tf.keep(tf.scalar(0))
  for (let i = 0; i < batches.perEpoch && !context.signal?.aborted; i++) {
    const t = epoch * batches.perEpoch + i
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
    applyGradients(
      network,
      gradients,
      rule,
      context.options,
      learningRateAt(context.options.weights, t, steps),
    )
    const total = tf.keep(tf.add(sum, gradients.losses.task!))
    sum.dispose()
    sum = total as tf.Scalar
    disposeGradients(gradients)
    if (i % 8 === 7) await nextTurn()
  }
  await nextTurn()
  const mean = sum.dataSync()[0]! / batches.perEpoch
  sum.dispose()
  return mean
}

function applyGradients(
  network: Network,
  gradients: Gradients,
  rule: Optimizer,
  { l2: lambda, weights }: Config['retrain'],
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

function epochEvent(
  stage: Stage,
  epoch: number,
  step: number,
  loss: number,
  validation: number | null,
  graph: Graph,
  stepMs: number,
) {
  const { parameters } = costOf(graph)
  const losses = { total: loss, task: loss, reconstruction: null }
  return {
    type: 'epoch',
    stage,
    epoch,
    step,
    loss: losses,
    validation,
    parameters,
    sparsity: {},
    entropy: {},
    stepMs,
  } as const
}
