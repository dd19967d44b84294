import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../../backend/wasm/training-kernels.js'

/** Whether this tensor may be overwritten: only on wasm, and only if nothing else uses its memory. */
export const mayAddTo = (total: tf.Tensor): boolean => currentDevice()?.owns(total) ?? false

/** total + x. Takes ownership of `total`, not of `x`. */
export function addTo<T extends tf.Tensor>(total: T, x: T): T {
  const device = currentDevice()
  if (device?.owns(total)) {
    device.kernels.addInto(device.pointer(total), device.pointer(x), total.size)
    return total
  }
  const sum = tf.add(total, x)
  total.dispose()
  return sum as T
}

/**
 * total + x. Takes ownership of both. On wasm the sum is computed in total's own memory if nothing else uses
 * it, without TensorFlow.js's engine, which costs more than the sum when there are thousands of small
 * tensors.
 */
export function accumulate<T extends tf.Tensor>(total: T, x: T): T {
  const sum = addTo(total, x)
  x.dispose()
  return sum
}
