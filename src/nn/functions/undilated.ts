import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../../backend/devices/index.js'
import { samePaddings, spread, type Window } from './spatial.js'

/** The kernels that compute the gradient of a convolution's filter. */
export type FilterGradient = 'Conv2DBackpropFilter' | 'DepthwiseConv2dNativeBackpropFilter'

/**
 * ∂/∂kernel of a convolution with dilation, by a kernel that has none: positions as far apart as the
 * dilation become images of their own, in which neighbours are neighbours.
 *
 * Call it inside a tidy, which frees its tensors.
 */
export function dilatedFilterGradient(
  kernel: FilterGradient,
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  window: Window,
  filterShape: readonly number[],
): tf.Tensor4D {
  const { kernel: size, stride, dilation } = window
  const up = spread(dy, stride)
  const paddings = samePaddings(x.shape, window).map(({ before }, axis) => {
    const [d, outputs, inputs] = [dilation[axis]!, up.shape[axis + 1]!, x.shape[axis + 1]!]
    const reach = (size[axis]! - 1) * d
    const padded = d * Math.ceil(Math.max(outputs, before + inputs - reach) / d)
    return { x: [before, padded + reach - before - inputs], dy: [0, padded - outputs] }
  })
  const spaceToBatch = (of: tf.Tensor4D, which: 'x' | 'dy') =>
    tf.spaceToBatchND(
      of,
      [...dilation],
      paddings.map((each) => each[which]),
    )
  const plain = { strides: [1, 1], dilations: [1, 1], pad: 'valid' as const, dataFormat: 'NHWC', filterShape }
  return currentDevice().run(
    kernel,
    { x: spaceToBatch(x, 'x'), dy: spaceToBatch(up, 'dy') },
    plain,
  ) as tf.Tensor4D
}
