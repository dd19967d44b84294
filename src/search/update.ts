import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../backend/wasm/index.js'
import { blendInPlace, squaredNorm } from '../backend/wasm/optimizer.js'
import type { ParameterStore } from '../nn/parameter-store.js'
import type { BatchStatistics } from '../nn/ops/batch-norm.js'
import type { ByGroup, LayerGates, Term } from '../objective/terms/types.js'
import type { GateGroup } from '../supernet/types.js'
import type { Gradients } from './gradients.js'
import type { Optimizer, Update } from './optimizer.js'

/** A term with its λ here and now. */
export interface WeightedTerm {
  readonly term: Term
  readonly lambda: number
  /** On gates: the members that it acts on, by group; all of the layer's where absent. */
  readonly selected?: ReadonlyMap<string, ReadonlySet<string>>
}

/** The share of the batch's statistics in each update of the moving averages (PyTorch's value). */
const statisticsMomentum = 0.1

export interface WeightStep {
  readonly optimizer: Optimizer
  readonly learningRate: number
  /** Gradients longer than this, all weights together, are scaled down to it. */
  readonly clipNorm: number | undefined
  /** Terms that act on a kernel of a layer. Biases and scales have no sparsity to gain and need their size. */
  readonly terms: (layer: string, name: string) => readonly WeightedTerm[]
  /** A weight as it was when the search began, where a term reads it. */
  readonly initial?: (name: string) => tf.Tensor
}

/**
 * Steps the weights that have gradients: smooth terms join the gradient, then the optimizer steps, then
 * proximal operators act with strength η λ. Terms that the optimizer knows cost no pass of their own.
 */
export function stepWeights(store: ParameterStore, gradients: Gradients, step: WeightStep): void {
  const { optimizer, learningRate, clipNorm } = step
  const scale = clipScale(gradients, clipNorm)
  const updates: Update[] = []
  const added: tf.Tensor[] = []
  const proximal: { name: string; terms: readonly WeightedTerm[] }[] = []
  for (const { name, layer, shape } of store.specs) {
    const gradient = gradients.weights.get(name)
    if (!gradient) continue
    const terms = shape.length > 1 ? step.terms(layer, name) : []
    const { decay, threshold, others } = byForm(terms)
    const initial = () => step.initial!(name)
    const total = withSmooth(gradient, store.get(name), initial, others, scale)
    if (total !== gradient) added.push(total)
    updates.push({ name, gradient: total, decay, threshold: learningRate * threshold })
    if (others.some(({ term }) => term.weights!.proximal)) proximal.push({ name, terms: others })
  }
  optimizer.step(store, updates, learningRate, scale)
  for (const { name, terms } of proximal)
    for (const { term, lambda } of terms)
      if (term.weights!.proximal)
        store.set(
          name,
          tf.tidy(() => term.weights!.proximal!(store.get(name), learningRate * lambda)),
        )
  tf.dispose(added)
  scale?.dispose()
}

/** λ of the terms that an optimizer knows, and the other terms. */
function byForm(terms: readonly WeightedTerm[]) {
  const lambdaOf = (form: string) =>
    terms.reduce((sum, { term, lambda }) => (term.weights!.form === form ? sum + lambda : sum), 0)
  return {
    decay: lambdaOf('decay'),
    threshold: lambdaOf('threshold'),
    others: terms.filter(({ term }) => !term.weights!.form),
  }
}

/** The gradient with those of smooth terms, which clipping must not scale. */
function withSmooth(
  gradient: tf.Tensor,
  value: tf.Tensor,
  initial: () => tf.Tensor,
  terms: readonly WeightedTerm[],
  scale: tf.Scalar | undefined,
): tf.Tensor {
  const smooth = terms.filter(({ term }) => term.weights!.gradient)
  if (smooth.length === 0) return gradient
  return tf.tidy(() =>
    smooth.reduce((sum: tf.Tensor, { term, lambda }) => {
      const own = tf.mul(term.weights!.gradient!(value, initial), lambda)
      return tf.add(sum, scale ? tf.div(own, scale) : own)
    }, gradient),
  )
}

/** What is left to a gate that pressure alone would close although it must stay open. */
const leastGate = 1e-6

/** A group's gates and the gradient of all that is smooth. */
export interface GateStep {
  readonly group: GateGroup
  readonly gates: tf.Tensor1D
  readonly gradient: tf.Tensor1D
}

/**
 * Steps the proximal gates of a layer: g ← prox(g − η ∇), each group scaled to its total. The strength is
 * held below the group's `keep.min`-th largest gate, so that a legal choice is always left open. A member
 * that no legal choice keeps (`none`) feels all of it: else it would hold out until the projection.
 * The caller owns the results, in the order of `steps`.
 */
export function stepProximalGates(
  steps: readonly GateStep[],
  terms: readonly WeightedTerm[],
  learningRate: number,
): tf.Tensor1D[] {
  return tf.tidy(() => {
    const groups = new Map(steps.map(({ group }) => [group.name, group]))
    let z: ByGroup = new Map(
      steps.map(({ group, gates, gradient }) => [
        group.name,
        tf.sub<tf.Tensor1D>(gates, tf.mul(gradient, learningRate)),
      ]),
    )
    const needed = new Map(
      steps.map(({ group: { name } }) => [
        name,
        tf.mul(
          tf.cast(tf.greaterEqual(z.get(name)!, leastNeeded(z.get(name)!, groups.get(name)!)), 'float32'),
          tf.sub(1, illegalOf(groups.get(name)!)),
        ),
      ]),
    )
    for (const { term, lambda, selected } of terms) {
      const before = z
      const acted = [...groups.values()].filter(({ name }) => selected?.has(name) ?? true)
      const strength = (name: string): tf.Tensor => {
        const group = groups.get(name)!
        const limit = tf.mul(0.9, tf.relu(leastNeeded(before.get(name)!, group)))
        const free = tf.mul(illegalOf(group), learningRate * lambda)
        const held = tf.minimum(tf.add(limit, free), learningRate * lambda)
        return selected ? tf.mul(held, maskOf(group, selected.get(name)!)) : held
      }
      const own = new Map(acted.map(({ name }) => [name, before.get(name)!]))
      z = new Map([...before, ...(term.gates!.proximal?.(own, strength, acted) ?? own)])
    }
    return steps.map(({ group }) => {
      // Without a proximal term the gates stay non-negative all the same.
      const least = tf.mul(needed.get(group.name)!, leastGate)
      return normalised(tf.maximum(tf.relu(z.get(group.name)!), least), group)
    })
  })
}

/** 1 for each member that a legal choice cannot keep, 0 for the others, [M]; a scalar 0 where there is none. */
const illegalOf = ({ members, keep }: GateGroup): tf.Tensor =>
  members.some(({ empty }) => empty && !keep.empty)
    ? tf.tensor1d(members.map(({ empty = false }) => Number(empty)))
    : tf.scalar(0)

/** 1 for each selected member of a group, 0 for the others, [M]. */
const maskOf = ({ members }: GateGroup, selected: ReadonlySet<string>): tf.Tensor1D =>
  tf.tensor1d(members.map(({ name }) => Number(selected.has(name))))

/**
 * Scales gates to the group's total, none above total / keep.min: where two of three inputs are wanted,
 * they end at 1 and 1, not at 2 and almost 0. What a gate loses at the bound, the others share in
 * proportion; each round settles one gate more.
 */
function normalised(gates: tf.Tensor1D, { total, keep }: GateGroup): tf.Tensor1D {
  const bound = total / keep.min
  let g = tf.mul<tf.Tensor1D>(gates, tf.div(total, tf.sum(gates)))
  for (let round = 1; round < keep.min; round++) {
    const atBound = tf.cast(tf.greaterEqual(g, bound), 'float32')
    const below = tf.mul(g, tf.sub(1, atBound))
    const left = tf.sub(total, tf.mul(bound, tf.sum(atBound)))
    const shared = tf.mul(below, tf.div(left, tf.maximum(tf.sum(below), 1e-20)))
    g = tf.minimum(tf.add(tf.mul(atBound, bound), shared), bound)
  }
  return g
}

/** The `keep.min`-th largest gate of those that a legal architecture may keep. */
function leastNeeded(z: tf.Tensor1D, { keep, members }: GateGroup): tf.Scalar {
  const places = members.flatMap(({ empty }, place) => (empty && !keep.empty ? [] : [place]))
  const chosen = places.length === members.length ? z : tf.gather(z, tf.tensor1d(places, 'int32'))
  return tf.min(tf.topk(chosen, Math.min(keep.min, places.length)).values)
}

/** The gradients of a layer's smooth gate terms with respect to α of some groups, where they have any. The caller's. */
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
        return tf.mul<tf.Scalar>(term.gates!.value(seen), lambda)
      })
      .reduce((sum, value) => tf.add(sum, value))
  }
  const { value, grads } = tf.engine().gradients(objective, groups.map(layer.alpha), undefined, true)
  value.dispose()
  return new Map(groups.flatMap((group, i) => (grads[i] ? [[group, grads[i] as tf.Tensor1D] as const] : [])))
}

/** What a term that acts on some members sees of a layer. */
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
