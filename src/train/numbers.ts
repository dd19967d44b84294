import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../backend/wasm/training-kernels.js'
import type { Shape } from '../nn/graph.js'

/** The numbers of a tensor, on wasm in place: read them before anything else is computed. */
export const numbersOf = (tensor: tf.Tensor): Float32Array =>
  currentDevice()?.numbers(tensor) ?? tensor.dataSync<'float32'>()

/** A tensor of a copy of some numbers. */
export const tensorOf = (numbers: Float32Array, shape: Shape): tf.Tensor =>
  // The wasm backend copies them itself, others keep the array.
  tf.tensor(currentDevice() ? numbers : numbers.slice(), [...shape])

/** x · factor; takes x over. On wasm in x's own memory, where nobody else reads that. */
export function scaleNumbers<T extends tf.Tensor>(x: T, factor: number): T {
  const device = currentDevice()
  if (device?.owns(x)) {
    const numbers = device.numbers(x)
    for (let i = 0; i < numbers.length; i++) numbers[i]! *= Math.fround(factor)
    return x
  }
  const scaled = tf.mul<T>(x, factor)
  x.dispose()
  return scaled
}

/** total + x; takes total over. On wasm in total's own memory, where nobody else reads that. */
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
