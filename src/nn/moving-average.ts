import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../backend/devices/index.js'
import type { ParameterStore } from './parameter-store.js'

/**
 * The decay after step t, counted from 0. Early values soon drop out; later the average covers about the last
 * hundred steps.
 */
export const averageDecay = (t: number): number => Math.min(0.99, (1 + t) / (10 + t))

/**
 * Moves an average of all parameters, including batch statistics, towards their values w after step t: a ← d
 * a + (1 − d) w. Both stores hold the same names and shapes. Call it outside a tidy.
 */
export function moveAverage(average: ParameterStore, store: ParameterStore, t: number): void {
  const share = 1 - averageDecay(t)
  const pairs = pairsOf(average, store)
  const { steps } = currentDevice()
  if (steps) return steps.blend(pairs, share)
  for (const { name, average: old, observed } of pairs)
    average.set(
      name,
      tf.tidy(() => tf.add(old, tf.mul(tf.sub(observed, old), share))),
    )
}

interface Pair {
  readonly name: string
  readonly average: tf.Tensor
  readonly observed: tf.Tensor
}

const known = new WeakMap<ParameterStore, readonly Pair[]>()

/** The parameters of both stores; the same array as long as their tensors are the same. */
function pairsOf(average: ParameterStore, store: ParameterStore): readonly Pair[] {
  const before = known.get(average)
  const isSame = ({ name, average: a, observed }: Pair) =>
    average.get(name) === a && store.get(name) === observed
  if (
    before?.length === store.specs.length &&
    before.every((pair, i) => pair.name === store.specs[i]!.name && isSame(pair))
  )
    return before
  const pairs = store.specs.map(({ name }) => ({
    name,
    average: average.get(name),
    observed: store.get(name),
  }))
  known.set(average, pairs)
  return pairs
}
