import type * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../backend/devices/index.js'

/**
 * Copies a tensor's numbers into another tensor of the same shape and disposes the first one, if the other's
 * memory is accessible and may be overwritten. Otherwise does nothing and returns false.
 */
export function overwrite(into: tf.Tensor, from: tf.Tensor): boolean {
  const device = currentDevice()
  if (!device.numbers || !device.owns(into) || into.shape.join() !== from.shape.join()) return false
  device.numbers(into).set(device.numbers(from))
  from.dispose()
  return true
}
