import * as tf from '@tensorflow/tfjs-core'
import { runKernel } from './kernel.js'
import { samePaddings, spread, type Window } from './spatial.js'

/*
 * Gradients of convolutions by the kernels of TensorFlow's own library, on backend `tensorflow`. They ignore a
 * dilation without a word, so it is taken out before they are called.
 */

/** Whether the current backend is TensorFlow's own library. */
export const isNative = (): boolean => tf.getBackend() === 'tensorflow'

export const undilated = ({ dilation }: Window): boolean => Math.max(...dilation) === 1

/**
 * ∂/∂kernel of a convolution with dilation, by the kernel `name`, which has none: positions as far apart as the
 * dilation become images of their own, in which neighbours are neighbours.
 *
 * Call it inside a tidy, which frees its tensors.
 */
export function dilatedFilterGradient(
  name: string,
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  window: Window,
  filterShape: readonly number[],
): tf.Tensor4D {
  const { kernel, stride, dilation } = window
  const up = spread(dy, stride)
  const paddings = samePaddings(x.shape, window).map(({ before }, axis) => {
    const [d, outputs, inputs] = [dilation[axis]!, up.shape[axis + 1]!, x.shape[axis + 1]!]
    const reach = (kernel[axis]! - 1) * d
    const size = d * Math.ceil(Math.max(outputs, before + inputs - reach) / d)
    return { x: [before, size + reach - before - inputs], dy: [0, size - outputs] }
  })
  const apart = (of: tf.Tensor4D, which: 'x' | 'dy') =>
    tf.spaceToBatchND(
      of,
      [...dilation],
      paddings.map((each) => each[which]),
    )
  const plain = { strides: [1, 1], dilations: [1, 1], pad: 'valid', dataFormat: 'NHWC', filterShape }
  return runKernel(name, { x: apart(x, 'x'), dy: apart(up, 'dy') }, plain)
}
