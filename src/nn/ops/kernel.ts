import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../../backend/wasm/index.js'

/** Are our training kernels there? Else operations are composed of what the backend has. */
export const accelerated = (): boolean => currentDevice() !== undefined

/** Runs one kernel of the current backend. */
export function runKernel<Result extends tf.Tensor | tf.Tensor[] = tf.Tensor4D>(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor | undefined>>,
  attrs: object = {},
): Result {
  const given = Object.fromEntries(Object.entries(inputs).filter(([, tensor]) => tensor !== undefined))
  return tf.engine().runKernel<Result>(name, given as tf.NamedTensorMap, attrs as tf.NamedAttrMap)
}
