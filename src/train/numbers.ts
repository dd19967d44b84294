import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../backend/wasm/training-kernels.js'
import type { Shape } from '../nn/graph.js'

/** The numbers of a tensor, on wasm without a copy: read them before anything else is computed. */
export const numbersOf = (tensor: tf.Tensor): Float32Array =>
  currentDevice()?.numbers(tensor) ?? tensor.dataSync<'float32'>()

/** Makes a tensor from a copy of some numbers. */
export const tensorOf = (numbers: Float32Array, shape: Shape): tf.Tensor =>
  // The wasm backend copies the numbers itself; others keep a reference to the array.
  tf.tensor(currentDevice() ? numbers : numbers.slice(), [...shape])

/**
 * x · factor. Takes ownership of x. On wasm the product is computed in x's own memory if nothing else uses
 * it.
 */
export function scaleNumbers<T extends tf.Tensor>(x: T, factor: number): T {
  const device = currentDevice()
  if (device?.owns(x)) {
    device.kernels.scaleTo(device.pointer(x), factor, device.pointer(x), x.size)
    return x
  }
  const scaled = tf.mul<T>(x, factor)
  x.dispose()
  return scaled
}

/**
 * total + x. Takes ownership of total. On wasm the sum is computed in total's own memory if nothing else uses
 * it.
 */
export function addNumbers<T extends tf.Tensor>(total: T, x: Float32Array): T {
  const device = currentDevice()
  if (device?.owns(total)) {
    const into = device.numbers(total)
    for (let i = 0; i < into.length; i++) into[i]! += x[i]!
    return total
  }
  const sum = tf.tidy(() => tf.add<T>(total, tensorOf(x, total.shape)))
  total.dispose()
  return sum
}
