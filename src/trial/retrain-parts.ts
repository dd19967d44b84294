import * as tf from '@tensorflow/tfjs-core'
import type { PreparedData } from '../data/types.js'
import type { Stage } from '../events/types.js'
import type { Graph } from '../nn/graph.js'
import { moveAverage } from '../nn/moving-average.js'
import { ParameterStore } from '../nn/parameter-store.js'
import { l2 } from '../objective/terms/l2.js'
import type { Part } from '../objective/terms/types.js'
import { batching, type Batching } from '../train/batching.js'
import type { LoopContext } from '../train/context.js'
import { batchGradients } from '../train/gradients.js'
import { prefixed, withPrefix } from '../train/named-arrays.js'
import { discreteNetwork, type Network } from '../train/network.js'
import { learningRateAt } from '../train/learning-rate.js'
import { optimizer, type Optimizer } from '../train/optimizer.js'
import type { Hands } from '../train/order.js'
import type { Recipe } from '../train/recipe.js'
import { executorOf } from '../train/recorded-passes.js'
import { runningSums, type RunningSums } from '../train/running-sums.js'
import type { Gradients, ShardExecutor } from '../train/shard.js'
import type { RetrainOptions } from '../train/training.js'
import { updateStatistics } from '../train/statistics.js'
import { stepWeights } from '../train/update.js'
import { lessonsOf, type Teacher } from './teacher.js'

export interface RetrainContext extends LoopContext {
  readonly options: RetrainOptions
  readonly stage: Exclude<Stage, 'search'>
  /** The network whose outputs are learnt in addition to the targets. */
  readonly teacher?: Teacher | undefined
  readonly recipe?: Recipe | undefined
  /** Asked at each evaluation, after `step` steps: whether the time of the training is over. It then ends. */
  readonly isOver?: (step: number) => boolean
}

/** What steps of a retraining move. It owns memory; dispose it after use. */
export interface RetrainParts {
  readonly network: Network
  readonly store: ParameterStore
  /** The moving average of the weights, if one is kept. */
  readonly average: ParameterStore | undefined
  /** The network that is evaluated: that of the average, if there is one. */
  readonly judged: Network
  readonly rule: Optimizer
  readonly batches: Batching
  readonly sums: RunningSums
  readonly execute: ShardExecutor
  /** Copies of weights, their average and the optimizer's slots, under `w/…`, `m/…`, `s/…`. */
  arrays(): Map<string, Float32Array>
  restore(arrays: ReadonlyMap<string, Float32Array>): void
  dispose(): void
}

/**
 * The name of the random stream of all retraining. Because it is shared, equal networks reach equal figures,
 * bit for bit.
 */
const purpose = 'retrain'

/** The parts of a retraining before its first step, from `initial` values if given. */
export async function retrainParts(
  graph: Graph,
  data: PreparedData,
  { options, teacher, recipe = {}, random, execute }: RetrainContext,
  initial?: ReadonlyMap<string, Float32Array>,
): Promise<RetrainParts> {
  // The gates are fixed, so that the rows that trained them can now train weights.
  const rows = Uint32Array.from([...data.splits.train, ...data.splits.arch])
  const { made, unlabelled } = options.distillation
  const augmented = options.augment !== undefined
  const lessons = teacher && (await lessonsOf(teacher, data, rows, { augmented, made, unlabelled, random }))
  const store = ParameterStore.of(graph, random, initial)
  const network = discreteNetwork(graph, store)
  const average = options.average ? ParameterStore.of(graph, random, initial) : undefined
  const rule = optimizer(options.weights)
  const ownBatches = {
    ...options,
    ...(lessons && { taught: lessons.taught, further: lessons.further }),
    fullBatches: recipe.fullBatches,
  }
  const batches = batching(data, rows, ownBatches, random, purpose)
  const sums = runningSums()
  const executor = executorOf(execute)
  return {
    network,
    store,
    average,
    rule,
    batches,
    sums,
    judged: average ? discreteNetwork(graph, average) : network,
    execute: executor.execute,
    arrays: () =>
      new Map([
        ...prefixed('w/', store.values()),
        ...(average ? prefixed('m/', average.values()) : []),
        ...prefixed('s/', rule.values()),
      ]),
    restore(arrays) {
      overwrite(store, withPrefix(arrays, 'w/'))
      if (average) overwrite(average, withPrefix(arrays, 'm/'))
      rule.restore(withPrefix(arrays, 's/'), (name) => store.get(name).shape)
    },
    dispose() {
      store.dispose()
      average?.dispose()
      rule.dispose()
      sums.dispose()
      lessons?.dispose()
      executor.dispose()
    },
  }
}

function overwrite(store: ParameterStore, values: ReadonlyMap<string, Float32Array>): void {
  for (const [name, numbers] of values) store.set(name, tf.tensor(numbers, store.get(name).shape))
}

/** What carries out each part of a step's order. `context` gives the settings, which may change. */
export function retrainHands(
  parts: RetrainParts,
  data: PreparedData,
  context: RetrainContext,
): Hands<number> {
  const { store, average, rule, batches, sums } = parts
  return {
    pass: ({ of }, t) => gradientsOf(parts, of, batches.at(t), t, context, data),
    'step-weights': (gradients, t) => {
      const { options, recipe = {} } = context
      const { l2: lambda, weights, steps } = options
      stepWeights(store, gradients, {
        optimizer: rule,
        learningRate: learningRateAt(weights, t, steps),
        clipNorm: weights.clipNorm,
        rateOf: recipe.rateOf,
        terms: () => [{ term: l2, lambda }],
        acts: store,
        lambdaOf: () => lambda,
      })
    },
    'move-statistics': ({ statistics }) => {
      updateStatistics(store, statistics)
    },
    'move-average': (_, t) => {
      moveAverage(average!, store, t)
    },
    'add-losses': ({ losses }) => {
      sums.add(losses)
    },
  }
}

/** Gradients of the losses at step t, by targets and teacher. */
function gradientsOf(
  { network, execute }: RetrainParts,
  parts: readonly Part[],
  shards: ReturnType<Batching['at']>,
  t: number,
  { options, teacher, loss, random }: RetrainContext,
  { dataset }: PreparedData,
): Gradients {
  const wanted = network.weights.specs.filter(({ role }) => role === 'weight').map(({ name }) => name)
  const distillation = teacher && { ...options.distillation, share: teacher.share }
  return batchGradients(
    network,
    dataset.shape,
    shards,
    {
      task: 1,
      reconstruction: 0,
      auxiliary: 'auxiliary' in network.graph.outputs ? options.auxiliary : 0,
      loss,
      distillation,
    },
    { weights: parts.includes('weights') ? wanted : [], alphas: [] },
    {
      execute,
      // The rate of dropped paths grows linearly to its final value, as in DARTS.
      draws: { seed: random.seed, purpose, t, dropPath: t / options.steps },
    },
  )
}
