import * as tf from '@tensorflow/tfjs-core'
import { ReluGradient } from '../../backend/wasm/kernels/elementwise.js'
import { accelerated, addedTo } from './kernel.js'

/**
 * dy where the output y of a ReLU is positive and, if `limit` is given (6 for ReLU6), below it; else 0. On
 * wasm it is added to `sum` if given, which is then returned.
 */
export function reluGradient(dy: tf.Tensor, y: tf.Tensor, limit?: number, sum?: tf.Tensor): tf.Tensor {
  if (accelerated()) return addedTo(sum, ReluGradient, { dy, y }, limit === undefined ? {} : { limit })
  const open = tf.mul(dy, tf.step(y))
  return limit === undefined ? open : tf.mul(open, tf.step(tf.sub(limit, y)))
}
