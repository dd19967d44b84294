import * as tf from '@tensorflow/tfjs-core'
import type { ParameterStore } from '../nn/parameter-store.js'
import type { BatchStatistics } from '../nn/ops/batch-norm.js'
import type { Term } from '../objective/terms/types.js'
import type { GateGroup } from '../supernet/types.js'
import type { Relaxation } from '../supernet/relaxation.js'
import type { Gradients } from './gradients.js'
import type { Optimizer } from './optimizer.js'

/** A term with its λ here and now. */
export interface WeightedTerm {
  readonly term: Term
  readonly lambda: number
}

/** The share of the batch's statistics in each update of the moving averages (PyTorch's value). */
const statisticsMomentum = 0.1

/**
 * Steps one weight array: smooth terms join the gradient, then the optimizer steps, then proximal
 * operators act with strength η λ.
 */
export function stepWeight(
  store: ParameterStore,
  name: string,
  gradient: tf.Tensor,
  terms: readonly WeightedTerm[],
  optimizer: Optimizer,
  learningRate: number,
): void {
  const value = store.get(name)
  const total = tf.tidy(() =>
    terms.reduce((sum, { term, lambda }) => {
      const smooth = term.weights!.gradient?.(value)
      return smooth ? tf.add(sum, tf.mul(smooth, lambda)) : sum
    }, tf.clone(gradient)),
  )
  let next = optimizer.step(name, value, total, learningRate)
  total.dispose()
  for (const { term, lambda } of terms) {
    if (!term.weights!.proximal) continue
    const proximal = tf.tidy(() => term.weights!.proximal!(next, learningRate * lambda))
    next.dispose()
    next = proximal
  }
  store.set(name, next)
}

/** What is left to a gate that pressure alone would close although it must stay open. */
const leastGate = 1e-6

/**
 * Steps a group of proximal gates: g ← prox(g − η ∇), scaled to the group's total. The threshold is
 * held below the group's `keep.min`-th largest gate, so that a legal choice is always left open.
 * The caller owns the result.
 */
export function stepProximalGates(
  gates: tf.Tensor1D,
  group: GateGroup,
  gradient: tf.Tensor1D,
  terms: readonly WeightedTerm[],
  learningRate: number,
): tf.Tensor1D {
  return tf.tidy(() => {
    let z = tf.sub<tf.Tensor1D>(gates, tf.mul(gradient, learningRate))
    const needed = tf.greaterEqual(z, leastNeeded(z, group))
    for (const { term, lambda } of terms) {
      const limit = tf.mul(0.9, tf.relu(leastNeeded(z, group)))
      z = term.gates!.proximal?.(z, tf.minimum(limit, learningRate * lambda)) ?? z
    }
    // Without a proximal term the gates stay non-negative all the same.
    const open = tf.maximum<tf.Tensor1D>(tf.relu(z), tf.mul(tf.cast(needed, 'float32'), leastGate))
    return normalised(open, group)
  })
}

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
  const places = members.flatMap(({ empty }, place) => (empty ? [] : [place]))
  const chosen = places.length === members.length ? z : tf.gather(z, tf.tensor1d(places, 'int32'))
  return tf.min(tf.topk(chosen, Math.min(keep.min, places.length)).values)
}

/** The gradient of smooth gate terms with respect to α, or undefined where there is none. Caller owns it. */
export function smoothGateGradient(
  alpha: tf.Tensor1D,
  group: GateGroup,
  terms: readonly WeightedTerm[],
  relaxation: Relaxation,
): tf.Tensor1D | undefined {
  const smooth = terms.filter(({ term }) => !term.gates!.proximal)
  if (smooth.length === 0) return undefined
  const objective = (a: tf.Tensor): tf.Tensor => {
    const mixture = relaxation.weights(a as tf.Tensor1D, group)
    return smooth
      .map(({ term, lambda }) => tf.mul(term.gates!.value(mixture, group), lambda))
      .reduce((sum, value) => tf.add(sum, value))
  }
  return tf.tidy(() => tf.grad(objective)(alpha) as tf.Tensor1D)
}

/** Moves the batch norms' moving averages towards a batch's statistics. */
export function updateStatistics(
  store: ParameterStore,
  statistics: ReadonlyMap<string, BatchStatistics>,
): void {
  for (const [node, observed] of statistics)
    for (const key of ['mean', 'variance'] as const) {
      const name = `${node}:${key}`
      const next = tf.tidy(() =>
        tf.add(tf.mul(store.get(name), 1 - statisticsMomentum), tf.mul(observed[key], statisticsMomentum)),
      )
      store.set(name, next)
    }
}

/** min(1, limit / ‖gradient‖) over all weights, or undefined without a limit. */
export function clipScale({ weights }: Gradients, limit: number | undefined): tf.Scalar | undefined {
  if (limit === undefined || weights.size === 0) return undefined
  return tf.tidy(() => {
    const squares = [...weights.values()].map((gradient) => tf.sum(tf.square(gradient)))
    const norm = tf.sqrt(tf.addN(squares))
    return tf.minimum(1, tf.div(limit, tf.add(norm, 1e-12)))
  })
}
