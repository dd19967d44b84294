import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../backend/devices/index.js'
import type { Shape } from '../nn/graph.js'

/** The numbers of a tensor, without a copy where they are accessible: read them before anything else is computed. */
export const tensorNumbers = (tensor: tf.Tensor): Float32Array =>
  currentDevice().numbers?.(tensor) ?? tensor.dataSync<'float32'>()

/** Makes a tensor from a copy of some numbers. */
export const tensorOf = (numbers: Float32Array, shape: Shape): tf.Tensor =>
  tf.tensor(currentDevice().copiesArrays ? numbers : numbers.slice(), [...shape])

/**
 * x · factor. Takes ownership of x. The product is computed in x's own memory if the device owns it.
 */
export function scaleNumbers<T extends tf.Tensor>(x: T, factor: number): T {
  if (currentDevice().scale(x, factor)) return x
  const scaled = tf.mul<T>(x, factor)
  x.dispose()
  return scaled
}

/**
 * total + x. Takes ownership of total. The sum is computed in total's own memory if it is accessible and the
 * device owns it.
 */
export function addNumbers<T extends tf.Tensor>(total: T, x: Float32Array): T {
  const device = currentDevice()
  if (device.numbers && device.owns(total)) {
    const into = device.numbers(total)
    for (let i = 0; i < into.length; i++) into[i]! += x[i]!
    return total
  }
  const sum = tf.tidy(() => tf.add<T>(total, tensorOf(x, total.shape)))
  total.dispose()
  return sum
}
