import * as tf from '@tensorflow/tfjs-core'
import { ReluGradient } from '../../backend/wasm/kernels/elementwise.js'
import { accelerated, addedTo } from './kernel.js'

/**
 * dy where the output y of a ReLU is positive, and below `limit` where it has one (6: ReLU6), else 0. On wasm added to `sum`
 * where there is one, which is then handed back.
 */
export function reluGradient(dy: tf.Tensor, y: tf.Tensor, limit?: number, sum?: tf.Tensor): tf.Tensor {
  if (accelerated()) return addedTo(sum, ReluGradient, { dy, y }, limit === undefined ? {} : { limit })
  const open = tf.mul(dy, tf.step(y))
  return limit === undefined ? open : tf.mul(open, tf.step(tf.sub(limit, y)))
}
