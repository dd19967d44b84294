import * as tf from '@tensorflow/tfjs-core'
import { nextTurn } from '../base/next-turn.js'
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
import { batching, type Batching } from '../train/batching.js'
import type { LoopContext } from '../train/context.js'
import { freshCourse, type Course, type Divergence } from '../train/course.js'
import { allFinite, judgeTraining, predictsNumbers } from '../train/diverged.js'
import { evaluate } from '../train/evaluate.js'
import { batchGradients, disposeGradients } from '../train/gradients.js'
import { discreteNetwork, type Network } from '../train/network.js'
import { learningRateAt, optimizer, type Optimizer } from '../train/optimizer.js'
import { rolledBack } from '../train/roll-back.js'
import type { Gradients } from '../train/shard.js'
import type { RetrainOptions } from '../train/training.js'
import { stepWeights, updateStatistics } from '../train/update.js'
import type { Retrained } from './figures.js'
import { lessonsOf, type Teacher } from './teacher.js'

/** Names the random streams of all retraining: networks that are alike then come to the same figures, bit for bit. */
const purpose = 'retrain'

export interface RetrainContext extends LoopContext {
  readonly options: RetrainOptions
  readonly stage: Exclude<Stage, 'search'>
  /** Whose outputs are learnt beside the targets. */
  readonly teacher?: Teacher | undefined
}

/** What a training has so far, in memory: what it goes back to where it diverges. */
interface Good {
  /** Steps done. */
  readonly step: number
  readonly values: ReadonlyMap<string, Float32Array>
  readonly average: ReadonlyMap<string, Float32Array> | undefined
  readonly slots: ReadonlyMap<string, Float32Array>
  readonly best: Omit<Retrained, 'graph' | 'interrupted'>
  readonly course: Course
}

/**
 * Trains a discrete network, from `initial` values where given, and returns the weights of the best evaluation or of the
 * last step. A training that diverges goes back to its last good evaluation and on with a lower rate; it fails where that
 * does not help.
 */
export async function retrain(
  graph: Graph,
  data: PreparedData,
  given: RetrainContext,
  initial?: ReadonlyMap<string, Float32Array>,
): Promise<Retrained> {
  const { stage, metric } = given
  // The search is over: the rows that trained the gates now train weights.
  const rows = Uint32Array.from([...data.splits.train, ...data.splits.arch])
  const { teacher } = given
  const lessons = teacher && (await lessonsOf(teacher, data, rows, given.options.augment !== undefined))
  const store = ParameterStore.of(graph, given.random, initial)
  const network = discreteNetwork(graph, store)
  const average = given.options.average ? ParameterStore.of(graph, given.random, initial) : undefined
  const judged = discreteNetwork(graph, average ?? store)
  const kept = withoutDeadNodes(graph, ['task'])
  const rule = optimizer(given.options.weights)
  const batches = batching(data, rows, { ...given.options, taught: lessons?.taught }, given.random, purpose)
  const { steps, evaluateEvery, earlyStop, keep } = given.options
  const interventions: Intervention[] = []
  let context = given
  let best: Good['best'] = { values: judged.weights.values(), validation: null, bestStep: 0 }
  const course = freshCourse()

  const state = (step: number): Good => ({
    step,
    values: store.values(),
    average: average?.values(),
    slots: rule.values(),
    best,
    course: structuredClone(course),
  })
  let good = state(0)

  /** Back at the last good evaluation, with another rate; the steps done. */
  const goBack = (found: Divergence): number => {
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
    Object.assign(course, structuredClone(good.course))
    return good.step
  }

  /** Judges and tells an evaluation; what is wrong with it, where the training diverges. */
  const look = (step: number, { first, mean, stepMs }: Stretch): Divergence | undefined => {
    if (Number.isFinite(first)) course.first.task ??= first
    const loss = { total: mean, task: mean, reconstruction: null }
    const validation = Number.isFinite(mean) ? evaluate(judged, data, data.splits.validation, metric) : null
    const verdict = judgeTraining({ course, network: judged, data, metric }, loss, validation)
    if ('why' in verdict) return { step, why: verdict.why }
    const now = state(step)
    if (![...now.values.values(), ...now.slots.values()].every(allFinite))
      return { step, why: 'a weight is not finite' }
    context.emit(evaluated(stage, step, mean, validation, kept, stepMs))
    if (
      keep === 'last' ||
      validation === null ||
      isBetter(metric, validation, best.validation, earlyStop?.minDelta)
    )
      best = { values: judged.weights.values(), validation, bestStep: step }
    if (verdict.calm) good = { ...now, best }
    return undefined
  }

  try {
    let done = 0
    while (done < steps && !(earlyStop && done - best.bestStep >= earlyStop.steps)) {
      const until = Math.min(done + evaluateEvery, steps)
      const stretch = await train(network, average, rule, data, context, batches, [done, until])
      if (context.signal?.aborted) return { graph: kept, ...best, interrupted: true }
      const found = look(until, stretch)
      done = found ? goBack(found) : until
      if (done === steps && best.validation === null && !predictsNumbers(judged, data))
        done = goBack({ step: done, why: 'a prediction is not finite' })
    }
    // A metric can be undefined in all evaluations, as r2 is on targets that are all equal.
    if (best.bestStep === 0) best = { values: judged.weights.values(), validation: null, bestStep: done }
    context.emit({ type: 'done', stage, reason: done < steps ? 'early-stop' : 'finished', step: done })
    return { graph: kept, ...best, interrupted: false }
  } finally {
    store.dispose()
    average?.dispose()
    rule.dispose()
    lessons?.dispose()
  }
}

function overwrite(store: ParameterStore, values: ReadonlyMap<string, Float32Array>): void {
  for (const [name, own] of values) store.set(name, tf.tensor(own, store.get(name).shape))
}

/** What some steps give: the first batch's loss and the mean, which is none as soon as it is not finite. */
interface Stretch {
  readonly first: number
  readonly mean: number
  /** The mean time of a step. */
  readonly stepMs: number
}

/** Losses that are none are looked for every so many steps. */
const lookEvery = 20

/** Steps from one to another. */
async function train(
  network: Network,
  average: ParameterStore | undefined,
  rule: Optimizer,
  data: PreparedData,
  context: RetrainContext,
  batches: Batching,
  [from, until]: readonly [number, number],
): Promise<Stretch> {
  const start = performance.now()
  const { steps, weights } = context.options
  const { share } = context.teacher ?? {}
  const distillation = share === undefined ? undefined : { ...context.options.distillation, share }
  const wanted = network.weights.specs.filter(({ role }) => role === 'weight').map(({ name }) => name)
  const auxiliary = 'auxiliary' in network.graph.outputs ? context.options.auxiliary : 0
  let sum = tf.keep(tf.scalar(0))
  let first = NaN
  for (let t = from; t < until && !context.signal?.aborted; t++) {
    const lossWeights = {
      ...{ task: 1, reconstruction: 0, auxiliary, loss: context.loss },
      ...(distillation && { distillation }),
    }
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
    if (t === from) first = sum.dataSync()[0]!
    if ((t - from) % lookEvery === 0 && !Number.isFinite(sum.dataSync()[0])) break
    if (t % 8 === 7) await nextTurn()
  }
  await nextTurn()
  const mean = sum.dataSync()[0]! / (until - from)
  sum.dispose()
  return { first, mean, stepMs: (performance.now() - start) / (until - from) }
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
