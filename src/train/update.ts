import * as tf from '@tensorflow/tfjs-core'
import { blendInPlace, squaredNorm } from '../backend/wasm/optimizer.js'
import { currentDevice } from '../backend/wasm/training-kernels.js'
import type { BatchStatistics } from '../nn/functions/batch-norm.js'
import type { ParameterStore } from '../nn/parameter-store.js'
import { shaped } from '../nn/shaped.js'
import type { LayerGates, Term } from '../objective/terms/types.js'
import type { Optimizer, Update } from './optimizer.js'
import type { Gradients } from './shard.js'

/** A term with its current λ in a layer. */
export interface WeightedTerm {
  readonly term: Term
  readonly lambda: number
  /** For terms on gates: the members that the term acts on, by group; all of the layer's if absent. */
  readonly selected?: ReadonlyMap<string, ReadonlySet<string>>
}

/** The share of the batch's statistics in each update of the moving averages (PyTorch's value). */
const statisticsMomentum = 0.1

export interface WeightStep {
  readonly optimizer: Optimizer
  readonly learningRate: number
  /** The largest norm of the gradient over all weights together; a longer one is scaled down to it. */
  readonly clipNorm: number | undefined
  /**
   * The terms that act on a kernel of a layer. They do not act on biases and scales, which have no sparsity
   * to gain and need their size.
   */
  readonly terms: (layer: string, name: string) => readonly WeightedTerm[]
  /** A weight's value when the search began, if a term reads it. */
  readonly initial?: (name: string) => tf.Tensor
}

/**
 * Steps the weights that have gradients: smooth terms join the gradient, then the optimizer steps, then
 * proximal operators act with strength η λ. Terms that the optimizer implements need no pass of their own.
 */
export function stepWeights(store: ParameterStore, gradients: Gradients, step: WeightStep): void {
  const { optimizer, learningRate, clipNorm } = step
  const scale = clipScale(gradients, clipNorm)
  const added: tf.Tensor[] = []
  const proximal: { name: string; terms: readonly WeightedTerm[] }[] = []
  const updates = updatesOf(store, gradients.weights)
  for (const { update, layer } of updates.ofKernels) {
    const { name } = update
    const { decay, threshold, others } = byForm(step.terms(layer, name))
    update.decay = decay
    update.threshold = learningRate * threshold
    const gradient = gradients.weights.get(name)!
    const initial = () => step.initial!(name)
    update.gradient = withSmooth(gradient, name, store.get(name), initial, others, scale)
    if (update.gradient !== gradient) added.push(update.gradient)
    if (others.some(({ term }) => term.weights!.proximal)) proximal.push({ name, terms: others })
  }
  optimizer.step(store, updates.all, learningRate, scale)
  for (const { name, terms } of proximal)
    for (const { term, lambda } of terms)
      if (term.weights!.proximal)
        store.set(
          name,
          tf.tidy(() => {
            const value = store.get(name)
            const moved = term.weights!.proximal!(value, learningRate * lambda)
            return shaped(moved, value.shape, `term ${term.name}: proximal on ${name}`)
          }),
        )
  tf.dispose(added)
  scale?.dispose()
}

/** The updates of a step. */
interface Updates {
  readonly all: readonly Update[]
  /** The updates of kernels, on which terms act, with their layers. */
  readonly ofKernels: readonly {
    readonly update: { -readonly [K in keyof Update]: Update[K] }
    readonly layer: string
  }[]
}

const known = new WeakMap<Gradients['weights'], Updates & { readonly specs: ParameterStore['specs'] }>()

/**
 * The updates of the weights that have gradients. A recorded pass returns the same map of gradients at every
 * replay, so the updates for a map are made only once.
 */
function updatesOf(store: ParameterStore, gradients: Gradients['weights']): Updates {
  const { specs } = store
  const before = known.get(gradients)
  if (before?.specs === specs) return before
  const own = specs.flatMap(({ name, layer, shape }) => {
    const gradient = gradients.get(name)
    return gradient ? [{ update: { name, gradient }, layer, isKernel: shape.length > 1 }] : []
  })
  const updates = {
    specs,
    all: own.map(({ update }) => update),
    ofKernels: own.filter(({ isKernel }) => isKernel),
  }
  known.set(gradients, updates)
  return updates
}

const withoutTerms = { decay: 0, threshold: 0, others: [] }

/** The λ of the terms that an optimizer implements, and the other terms. */
function byForm(terms: readonly WeightedTerm[]): {
  decay: number
  threshold: number
  others: readonly WeightedTerm[]
} {
  if (terms.length === 0) return withoutTerms
  const lambdaOf = (form: string) =>
    terms.reduce((sum, { term, lambda }) => (term.weights!.form === form ? sum + lambda : sum), 0)
  return {
    decay: lambdaOf('decay'),
    threshold: lambdaOf('threshold'),
    others: terms.filter(({ term }) => !term.weights!.form),
  }
}

/**
 * Adds the gradients of smooth terms to a gradient. Clipping must not scale them, so they are divided by
 * `scale`.
 */
function withSmooth(
  gradient: tf.Tensor,
  name: string,
  value: tf.Tensor,
  initial: () => tf.Tensor,
  terms: readonly WeightedTerm[],
  scale: tf.Scalar | undefined,
): tf.Tensor {
  const smooth = terms.filter(({ term }) => term.weights!.gradient)
  if (smooth.length === 0) return gradient
  return tf.tidy(() =>
    smooth.reduce((sum: tf.Tensor, { term, lambda }) => {
      const slope = term.weights!.gradient!(value, initial)
      shaped(slope, value.shape, `term ${term.name}: gradient on ${name}`)
      const own = tf.mul(slope, lambda)
      return tf.add(sum, scale ? tf.div(own, scale) : own)
    }, gradient),
  )
}

/**
 * The gradients of a layer's smooth gate terms with respect to α of some groups, for the groups that have
 * one. The caller owns them.
 */
export function smoothGateGradients(
  layer: LayerGates,
  groups: readonly string[],
  terms: readonly WeightedTerm[],
): Map<string, tf.Tensor1D> {
  const smooth = terms.filter(({ term }) => !term.gates!.proximal)
  if (smooth.length === 0) return new Map()
  const objective = (): tf.Scalar => {
    const known = new Map<string, tf.Tensor1D>()
    const mixture = (group: string): tf.Tensor1D => {
      const found = known.get(group) ?? layer.mixture(group)
      known.set(group, found)
      return found
    }
    return smooth
      .map(({ term, lambda, selected }) => {
        const seen = { ...layer, ...(selected && selection(layer, selected)), mixture }
        const value = shaped(term.gates!.value(seen), [], `term ${term.name}: value on gates`)
        return tf.mul<tf.Scalar>(value, lambda)
      })
      .reduce((sum, value) => tf.add(sum, value))
  }
  const { value, grads } = tf.engine().gradients(objective, groups.map(layer.alpha), undefined, true)
  value.dispose()
  return new Map(groups.flatMap((group, i) => (grads[i] ? [[group, grads[i] as tf.Tensor1D] as const] : [])))
}

/** The view of a layer for a term that acts on some of its members. */
const selection = (
  { groups }: LayerGates,
  selected: NonNullable<WeightedTerm['selected']>,
): Pick<LayerGates, 'groups' | 'selected'> => ({
  groups: groups.filter(({ name }) => selected.has(name)),
  selected: (group, member) => selected.get(group)?.has(member) ?? false,
})

/** Moves the batch norms' moving averages towards a batch's statistics. */
export function updateStatistics(
  store: ParameterStore,
  statistics: ReadonlyMap<string, BatchStatistics>,
): void {
  const keys = ['mean', 'variance'] as const
  const pairs = [...statistics].flatMap(([node, observed]) =>
    keys.map((key) => ({
      name: `${node}:${key}`,
      average: store.get(`${node}:${key}`),
      observed: observed[key],
    })),
  )
  const device = currentDevice()
  if (device) return blendInPlace(device, pairs, statisticsMomentum)
  for (const { name, average, observed } of pairs)
    store.set(
      name,
      tf.tidy(() => tf.add(average, tf.mul(tf.sub(observed, average), statisticsMomentum))),
    )
}

/** min(1, limit / ‖gradient‖) over all weights, or undefined without a limit. */
export function clipScale({ weights }: Gradients, limit: number | undefined): tf.Scalar | undefined {
  if (limit === undefined || weights.size === 0) return undefined
  const device = currentDevice()
  if (device) {
    const norm = Math.sqrt(squaredNorm(device, [...weights.values()]))
    return tf.scalar(Math.min(1, limit / (norm + 1e-12)))
  }
  return tf.tidy(() => {
    const squares = [...weights.values()].map((gradient) => tf.sum(tf.square(gradient)))
    const norm = tf.sqrt(tf.addN(squares))
    return tf.minimum(1, tf.div(limit, tf.add(norm, 1e-12)))
  })
}
