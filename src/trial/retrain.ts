import * as tf from '@tensorflow/tfjs-core'
import type { Intervention } from '../config/intervention-schema.js'
import { withInterventions } from '../config/interventions.js'
import type { PreparedData } from '../data/types.js'
import type { Stage } from '../events/types.js'
import { costOf } from '../nn/cost.js'
import type { Graph } from '../nn/graph.js'
import { moveAverage } from '../nn/moving-average.js'
import { ParameterStore } from '../nn/parameter-store.js'
import { withoutDeadNodes } from '../nn/transform.js'
import { isBetter } from '../objective/metrics.js'
import { l2 } from '../objective/terms/l2.js'
import type { Part } from '../objective/terms/types.js'
import { batching } from '../train/batching.js'
import type { LoopContext } from '../train/context.js'
import { freshCourse, type Course, type Divergence } from '../train/course.js'
import { allFinite, judgeTraining, predictsNumbers } from '../train/diverged.js'
import { evaluate } from '../train/evaluate.js'
import { batchGradients } from '../train/gradients.js'
import { runTraining, type Training } from '../train/loop.js'
import { discreteNetwork, type Network } from '../train/network.js'
import { learningRateAt, optimizer } from '../train/optimizer.js'
import { perform, weightsOrder, type Hands } from '../train/order.js'
import { executorOf } from '../train/recorded-passes.js'
import { rolledBack } from '../train/roll-back.js'
import { type Summed, runningSums } from '../train/running-sums.js'
import type { Recipe } from '../train/recipe.js'
import type { Gradients, Shard } from '../train/shard.js'
import type { RetrainOptions } from '../train/training.js'
import { stepWeights, updateStatistics } from '../train/update.js'
import type { Retrained } from './figures.js'
import { lessonsOf, type Teacher } from './teacher.js'

/**
 * The name of the random stream of all retraining. Because it is shared, equal networks reach equal figures,
 * bit for bit.
 */
const purpose = 'retrain'

export interface RetrainContext extends LoopContext {
  readonly options: RetrainOptions
  readonly stage: Exclude<Stage, 'search'>
  /** The network whose outputs are learnt in addition to the targets. */
  readonly teacher?: Teacher | undefined
  readonly recipe?: Recipe | undefined
  /** Asked at each evaluation, after `step` steps: whether the time of the training is over. It then ends. */
  readonly isOver?: (step: number) => boolean
}

/** The state of a training, in memory, to which it returns if it diverges. */
interface Good {
  /** The number of steps done. */
  readonly step: number
  readonly values: ReadonlyMap<string, Float32Array>
  readonly average: ReadonlyMap<string, Float32Array> | undefined
  readonly slots: ReadonlyMap<string, Float32Array>
  readonly best: Omit<Retrained, 'graph' | 'interrupted' | 'losses'>
  readonly losses: Retrained['losses']
  readonly course: Course
}

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
  const { stage, metric } = given
  // The gates are fixed, so that the rows that trained them can now train weights.
  const rows = Uint32Array.from([...data.splits.train, ...data.splits.arch])
  const { teacher, recipe = {} } = given
  const lessons = teacher && (await lessonsOf(teacher, data, rows, given.options.augment !== undefined))
  const store = ParameterStore.of(graph, given.random, initial)
  const network = discreteNetwork(graph, store)
  const average = given.options.average ? ParameterStore.of(graph, given.random, initial) : undefined
  const judged = discreteNetwork(graph, average ?? store)
  const kept = withoutDeadNodes(graph, ['task'])
  const rule = optimizer(given.options.weights)
  const ownBatches = { ...given.options, taught: lessons?.taught, fullBatches: recipe.fullBatches }
  const batches = batching(data, rows, ownBatches, given.random, purpose)
  const { steps, evaluateEvery, earlyStop, keep, average: averages } = given.options
  const order = weightsOrder(averages)
  const interventions: Intervention[] = []
  let context = given
  let best: Good['best'] = { values: judged.weights.values(), validation: null, bestStep: 0 }
  let losses: Retrained['losses'] = []
  const progress: Summed = { lossSums: { task: 0, reconstruction: 0, count: 0 }, course: freshCourse() }
  const sums = runningSums()
  const executor = executorOf(given.execute)

  const state = (step: number): Good => ({
    step,
    values: store.values(),
    average: average?.values(),
    slots: rule.values(),
    best,
    losses,
    course: structuredClone(progress.course),
  })
  let good = state(0)
  /** Whether there was no better evaluation for so long that early stopping ends the training. */
  let over = false
  let timeIsOver = false

  const hands: Hands<number> = {
    pass: ({ of }, t) =>
      gradientsOf(network, of, batches.at(t), t, { ...context, execute: executor.execute }, data),
    'step-weights': (gradients, t) => {
      const { l2: lambda, weights } = context.options
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

  /**
   * Returns to the last good evaluation with another learning rate. The result is the number of steps done by
   * then.
   */
  const goBack = (found: Divergence): number => {
    over = false
    const fallen = { stage, options: context.options, interventions, step: good.step }
    const { interventions: changes, failure } = rolledBack(fallen, found)
    for (const change of changes) context.emit({ type: 'intervention', ...change })
    if (failure) throw failure
    interventions.push(...changes)
    context = { ...given, options: withInterventions(given.options, interventions, ['retrain']) }
    overwrite(store, good.values)
    if (average) overwrite(average, good.average!)
    rule.restore(good.slots, (name) => store.get(name).shape)
    best = good.best
    losses = good.losses
    progress.lossSums = { task: 0, reconstruction: 0, count: 0 }
    progress.course = structuredClone(good.course)
    sums.restore(progress)
    return good.step
  }

  /** Judges and reports an evaluation. The result says what is wrong if the training diverges. */
  const look = (step: number): Divergence | undefined => {
    const { losses: means, stepMs } = sums.drain(progress)
    const validation = Number.isFinite(means.total)
      ? evaluate(judged, data, data.splits.validation, metric)
      : null
    const { course } = progress
    const verdict = judgeTraining({ course, network: judged, data, metric }, means, validation)
    if ('why' in verdict) return { step, why: verdict.why }
    losses = [...losses, { step, loss: means.total }]
    const now = state(step)
    if (![...now.values.values(), ...now.slots.values()].every(allFinite))
      return { step, why: 'a weight is not finite' }
    context.emit(evaluated(stage, step, means.total, validation, kept, stepMs))
    if (
      keep === 'last' ||
      validation === null ||
      isBetter(metric, validation, best.validation, earlyStop?.minDelta) ||
      (recipe.ties === 'last' && validation === best.validation)
    )
      best = { values: judged.weights.values(), validation, bestStep: step }
    if (verdict.calm) good = { ...now, best }
    over = earlyStop !== undefined && step - best.bestStep >= earlyStop.steps
    timeIsOver = !over && step < steps && (given.isOver?.(step) ?? false)
    over ||= timeIsOver
    return undefined
  }

  const training: Training = {
    steps,
    signal: given.signal,
    ended: () => over,
    step(t) {
      sums.begin()
      perform(order, hands, t)
      const next = t + 1
      if (t % lookEvery === 0 && !sums.areFinite()) return { step: next, why: 'the loss is not finite' }
      return next % evaluateEvery === 0 || next === steps ? look(next) : undefined
    },
    fault: (step) =>
      step === steps && best.validation === null && !predictsNumbers(judged, data)
        ? { step, why: 'a prediction is not finite' }
        : undefined,
    goBack,
  }

  try {
    const { step: done, interrupted } = await runTraining(training, 0)
    if (interrupted) return { graph: kept, ...best, losses, interrupted }
    // A metric may be undefined in all evaluations, as r2 is for targets that are all equal.
    if (best.bestStep === 0) best = { values: judged.weights.values(), validation: null, bestStep: done }
    const reason = timeIsOver ? 'time' : done < steps ? 'early-stop' : 'finished'
    context.emit({ type: 'done', stage, reason, step: done })
    return { graph: kept, ...best, losses, interrupted: false }
  } finally {
    store.dispose()
    average?.dispose()
    rule.dispose()
    sums.dispose()
    lessons?.dispose()
    executor.dispose()
  }
}

function overwrite(store: ParameterStore, values: ReadonlyMap<string, Float32Array>): void {
  for (const [name, own] of values) store.set(name, tf.tensor(own, store.get(name).shape))
}

/** The number of steps between checks for losses that are not finite. */
const lookEvery = 20

/** Gradients of the losses at step t, by targets and teacher. */
function gradientsOf(
  network: Network,
  parts: readonly Part[],
  shards: readonly Shard[],
  t: number,
  { options, teacher, loss, execute, random }: RetrainContext,
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
      ...(distillation && { distillation }),
    },
    { weights: parts.includes('weights') ? wanted : [], alphas: [] },
    {
      execute,
      // The rate of dropped paths grows linearly to its final value, as in DARTS.
      draws: { seed: random.seed, purpose, t, dropPath: t / options.steps },
    },
  )
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
