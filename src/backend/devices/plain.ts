import * as tf from '@tensorflow/tfjs-core'
import type { Device } from '../device.js'

/** A backend that has only TensorFlow.js's operations, such as cpu and webgpu. */
export const plainDevice = (backend: string): Device => ({
  backend,
  has: () => false,
  run: runRegistered,
  owns: () => false,
  addTo: () => false,
  scale: () => false,
  copiesArrays: false,
})

/** Runs the kernel that is registered with TensorFlow.js for the current backend. */
export const runRegistered: Device['run'] = (kernel, inputs, attrs) => {
  const given = Object.fromEntries(Object.entries(inputs).filter(([, tensor]) => tensor !== undefined))
  return tf.engine().runKernel(kernel, given as tf.NamedTensorMap, attrs as unknown as tf.NamedAttrMap)
}
