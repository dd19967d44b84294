import * as tf from '@tensorflow/tfjs-core'
import type { ParameterStore } from '../nn/parameter-store.js'
import { shaped } from '../nn/shaped.js'
import type { LayerGates, Term } from '../objective/terms/types.js'
import { clipScale } from './clip.js'
import type { Optimizer } from './optimizer.js'
import type { Update } from './transforms.js'
import type { Gradients } from './shard.js'

/** A term with its current λ in a layer. */
export interface WeightedTerm {
  readonly term: Term
  readonly lambda: number
  /** For terms on gates: the members that the term acts on, by group; all of the layer's if absent. */
  readonly selected?: ReadonlyMap<string, ReadonlySet<string>>
}

export interface WeightStep<T extends WeightedTerm = WeightedTerm> {
  readonly optimizer: Optimizer
  readonly learningRate: number
  /** The largest norm of the gradient over all weights together; a longer one is scaled down to it. */
  readonly clipNorm: number | undefined
  /** By what the rate of a weight is multiplied; asked only once for each set of gradients. 1 by default. */
  readonly rateOf?: ((name: string) => number) | undefined
  /**
   * The terms that act on a kernel of a layer. They do not act on biases and scales, which have no sparsity
   * to gain and need their size.
   */
  readonly terms: (layer: string, name: string) => readonly T[]
  /**
   * If it is the same object as in the step before, `terms` gives the same terms. It is then not asked again,
   * and `lambdaOf` gives their λ.
   */
  readonly acts?: object
  /** The current λ of a term; the one that it has by default. */
  readonly lambdaOf?: (term: T) => number
  /** A weight's value when the search began, if a term reads it. */
  readonly initial?: (name: string) => tf.Tensor
}

/**
 * Steps the weights that have gradients: smooth terms join the gradient, then the optimizer steps, then
 * proximal operators act with strength η λ. Terms that the optimizer implements need no pass of their own.
 */
export function stepWeights<T extends WeightedTerm>(
  store: ParameterStore,
  gradients: Gradients,
  step: WeightStep<T>,
): void {
  const { optimizer, learningRate, clipNorm, lambdaOf = ({ lambda }) => lambda } = step
  const scale = clipScale(gradients, clipNorm)
  const added: tf.Tensor[] = []
  const proximal: { name: string; terms: readonly WeightedTerm[]; rate: number }[] = []
  const updates = updatesOf(store, gradients.weights, step)
  const sum = (terms: readonly T[]): number => terms.reduce((all, term) => all + lambdaOf(term), 0)
  for (const { update, decays, thresholds, others } of updates.ofKernels) {
    const rate = learningRate * (update.rate ?? 1)
    update.decay = sum(decays)
    update.threshold = rate * sum(thresholds)
    if (others.length === 0) continue
    const { name } = update
    const terms = others.map((term) => ({ ...term, lambda: lambdaOf(term) }))
    const gradient = gradients.weights.get(name)!
    const initial = () => step.initial!(name)
    update.gradient = withSmooth(gradient, name, store.get(name), initial, terms, scale)
    if (update.gradient !== gradient) added.push(update.gradient)
    if (terms.some(({ term }) => term.weights!.proximal)) proximal.push({ name, terms, rate })
  }
  optimizer.step(store, updates.all, learningRate, scale)
  for (const { name, terms, rate } of proximal)
    for (const { term, lambda } of terms)
      if (term.weights!.proximal)
        store.set(
          name,
          tf.tidy(() => {
            const value = store.get(name)
            const moved = term.weights!.proximal!(value, rate * lambda)
            return shaped(moved, value.shape, `term ${term.name}: proximal on ${name}`)
          }),
        )
  tf.dispose(added)
  if (typeof scale !== 'number') scale?.dispose()
}

/** The updates of a step. */
interface Updates<T> {
  readonly all: readonly Update[]
  /** The updates of kernels, on which terms act. */
  readonly ofKernels: readonly KernelUpdate<T>[]
}

interface KernelUpdate<T> {
  readonly update: { -readonly [K in keyof Update]: Update[K] }
  /** The terms that the optimizer implements, by what it does, and all others. */
  readonly decays: readonly T[]
  readonly thresholds: readonly T[]
  readonly others: readonly T[]
}

interface KnownUpdates extends Updates<never> {
  readonly specs: ParameterStore['specs']
  readonly acts: object | undefined
}

const known = new WeakMap<Gradients['weights'], KnownUpdates>()

/**
 * The updates of the weights that have gradients. A recorded pass returns the same map of gradients at every
 * replay, so the updates for a map are made anew only if other terms act.
 */
function updatesOf<T extends WeightedTerm>(
  store: ParameterStore,
  gradients: Gradients['weights'],
  { terms, acts, rateOf }: WeightStep<T>,
): Updates<T> {
  const { specs } = store
  const before = known.get(gradients)
  if (before?.specs === specs && acts !== undefined && before.acts === acts) return before
  const weightUpdates = specs.flatMap(({ name, layer, shape }) => {
    const gradient = gradients.get(name)
    if (!gradient) return []
    const update = { name, gradient, rate: rateOf?.(name) ?? 1 }
    return [{ update, layer, isKernel: shape.length > 1 }]
  })
  const updates = {
    specs,
    acts,
    all: weightUpdates.map(({ update }) => update),
    ofKernels: weightUpdates
      .filter(({ isKernel }) => isKernel)
      .map(({ update, layer }) => ({ update, ...byForm(terms(layer, update.name)) })),
  }
  known.set(gradients, updates as unknown as KnownUpdates)
  return updates
}

/** The terms that an optimizer implements, and the other terms. */
const byForm = <T extends WeightedTerm>(terms: readonly T[]): Omit<KernelUpdate<T>, 'update'> => ({
  decays: terms.filter(({ term }) => term.weights!.form === 'decay'),
  thresholds: terms.filter(({ term }) => term.weights!.form === 'threshold'),
  others: terms.filter(({ term }) => !term.weights!.form),
})

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
  scale: tf.Scalar | number | undefined,
): tf.Tensor {
  const smooth = terms.filter(({ term }) => term.weights!.gradient)
  if (smooth.length === 0) return gradient
  return tf.tidy(() =>
    smooth.reduce((sum: tf.Tensor, { term, lambda }) => {
      const slope = term.weights!.gradient!(value, initial)
      shaped(slope, value.shape, `term ${term.name}: gradient on ${name}`)
      const termGradient = tf.mul(slope, lambda)
      return tf.add(sum, scale ? tf.div(termGradient, scale) : termGradient)
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
      const mixtureWeights = known.get(group) ?? layer.mixture(group)
      known.set(group, mixtureWeights)
      return mixtureWeights
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
