import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../../backend/wasm/training-kernels.js'

/** Whether this tensor may be overwritten: on wasm, if nothing else reads its memory. */
export const mayAddTo = (total: tf.Tensor): boolean => currentDevice()?.owns(total) ?? false

/**
 * total + x; takes both over. On wasm in total's own memory, where nobody else reads that, and without TensorFlow.js's
 * engine, which costs more than the sum where there are thousands of small tensors.
 */
export function accumulate<T extends tf.Tensor>(total: T, x: T): T {
  const device = currentDevice()
  if (device?.owns(total)) {
    device.kernels.addInto(device.pointer(total), device.pointer(x), total.size)
    x.dispose()
    return total
  }
  const sum = tf.add(total, x)
  tf.dispose([total, x])
  return sum as T
}
