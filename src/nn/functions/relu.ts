import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../../backend/devices/index.js'
import { addedTo } from './kernel.js'

/**
 * dy where the output y of a ReLU is positive and, if `limit` is given (6 for ReLU6), below it; else 0. A
 * kernel adds it to `sum` if given, and then returns that.
 */
export function reluGradient(dy: tf.Tensor, y: tf.Tensor, limit?: number, sum?: tf.Tensor): tf.Tensor {
  if (currentDevice().has('SenteiReluGradient'))
    return addedTo(sum, 'SenteiReluGradient', { dy, y }, limit === undefined ? {} : { limit })
  const open = tf.mul(dy, tf.step(y))
  return limit === undefined ? open : tf.mul(open, tf.step(tf.sub(limit, y)))
}
