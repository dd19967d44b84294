import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../backend/devices/index.js'
import type { Gradients } from './shard.js'

/**
 * min(1, limit / ‖gradient‖) over all weights, or undefined without a limit: a number where the numbers of
 * gradients are accessible, else a tensor of the caller's.
 */
export function clipScale({ weights }: Gradients, limit: number | undefined): tf.Scalar | number | undefined {
  if (limit === undefined || weights.size === 0) return undefined
  const { steps } = currentDevice()
  if (steps) {
    const norm = Math.sqrt(steps.squaredNorm(tensorsOf(weights)))
    return Math.fround(Math.min(1, limit / (norm + 1e-12)))
  }
  return tf.tidy(() => {
    const squares = [...weights.values()].map((gradient) => tf.sum(tf.square(gradient)))
    const norm = tf.sqrt(tf.addN(squares))
    return tf.minimum(1, tf.div(limit, tf.add(norm, 1e-12)))
  })
}

const listed = new WeakMap<Gradients['weights'], readonly tf.Tensor[]>()

/** The tensors of a map; the same array each time. */
function tensorsOf(weights: Gradients['weights']): readonly tf.Tensor[] {
  const tensors = listed.get(weights) ?? [...weights.values()]
  listed.set(weights, tensors)
  return tensors
}
