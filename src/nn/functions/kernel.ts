import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../../backend/wasm/training-kernels.js'

/**
 * Whether our training kernels are available. Otherwise operations are composed of those that the backend
 * has.
 */
export const accelerated = (): boolean => currentDevice() !== undefined

/**
 * Runs a kernel of the wasm backend that computes one gradient. If `sum` is given, the kernel adds to it and
 * it is returned.
 */
export function addedTo(
  sum: tf.Tensor | undefined,
  name: string,
  inputs: Readonly<Record<string, tf.Tensor | undefined>>,
  attrs: object = {},
): tf.Tensor {
  const made = runKernel<tf.Tensor | tf.Tensor[]>(name, { ...inputs, sum }, attrs)
  return sum ?? (made as tf.Tensor)
}

/** Runs one kernel of the current backend. */
export function runKernel<Result extends tf.Tensor | tf.Tensor[] = tf.Tensor4D>(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor | undefined>>,
  attrs: object = {},
): Result {
  const given = Object.fromEntries(Object.entries(inputs).filter(([, tensor]) => tensor !== undefined))
  return tf.engine().runKernel<Result>(name, given as tf.NamedTensorMap, attrs as tf.NamedAttrMap)
}
