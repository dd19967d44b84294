import type * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../../backend/devices/index.js'
import type { KernelAttributes, KernelInputs, KernelName, KernelTable } from '../../backend/kernel-table.js'

/** The kernels that add one gradient to a sum if it is given, instead of returning it. */
type Adding = {
  [Name in KernelName]: KernelTable[Name] extends { inputs: { sum?: unknown }; out: tf.Tensor } ? Name : never
}[KernelName]

/** Runs a kernel that computes one gradient. If `sum` is given, it is added to that, which is returned. */
export function addedTo<Name extends Adding>(
  sum: tf.Tensor | undefined,
  kernel: Name,
  inputs: KernelInputs<Name>,
  attrs: KernelAttributes<Name>,
): tf.Tensor {
  const made = currentDevice().run(kernel, { ...inputs, sum }, attrs)
  return sum ?? made
}
