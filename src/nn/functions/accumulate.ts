import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../../backend/devices/index.js'

/** Whether this tensor may be overwritten: only if the device says that nothing else uses its memory. */
export const mayAddTo = (total: tf.Tensor): boolean => currentDevice().owns(total)

/** total + x. Takes ownership of `total`, not of `x`. */
export function addTo<T extends tf.Tensor>(total: T, x: T): T {
  if (currentDevice().addTo(total, x)) return total
  const sum = tf.add(total, x)
  total.dispose()
  return sum as T
}

/**
 * total + x. Takes ownership of both. Where the device can, the sum is computed in total's own memory, without
 * TensorFlow.js's engine, which costs more than the sum when there are thousands of small tensors.
 */
export function accumulate<T extends tf.Tensor>(total: T, x: T): T {
  const sum = addTo(total, x)
  x.dispose()
  return sum
}
