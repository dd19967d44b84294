import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../../backend/wasm/index.js'
import { AddInto } from '../../backend/wasm/kernels/elementwise.js'
import { runKernel } from './kernel.js'

/** total + x; takes both over. On wasm in total's own memory, where nobody else reads that. */
export function accumulate(total: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const device = currentDevice()
  if (device?.owns(total)) {
    runKernel<tf.Tensor>(AddInto, { total, x }).dispose()
    x.dispose()
    return total
  }
  const sum = tf.add(total, x)
  tf.dispose([total, x])
  return sum
}
