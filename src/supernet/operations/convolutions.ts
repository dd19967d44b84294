import type { GraphBuilder } from '../../nn/builder.js'
import type { Operation, OperationContext } from './types.js'

type Build = NonNullable<Operation['build']>

/** ReLU, 1×1 or larger convolution, batch norm. */
const reluConvNorm =
  (kernel: number): Build =>
  (b, x, { channels, stride, affine }) =>
    b.batchNorm(b.conv(b.activation(x, 'relu'), { channels, kernel, stride }), { affine })

/** ReLU, depthwise, 1×1, batch norm: one half of DARTS's separable convolution. */
function separableOnce(
  b: GraphBuilder,
  x: string,
  kernel: number,
  { channels, stride, affine }: OperationContext,
): string {
  const filtered = b.depthwise(b.activation(x, 'relu'), { kernel, stride })
  return b.batchNorm(b.conv(filtered, { channels, kernel: 1 }), { affine })
}

/** Separable convolution, applied twice as in DARTS (arXiv:1806.09055, §3.1.1). */
const separable =
  (kernel: number): Build =>
  (b, x, context) =>
    separableOnce(b, separableOnce(b, x, kernel, context), kernel, { ...context, stride: 1 })

/**
 * ReLU, depthwise with dilation 2, 1×1, batch norm. A reduction filters first and then takes every second
 * position, the one in the middle of its window, as in DARTS; a stride with `same` padding would read other
 * positions.
 */
const dilated =
  (kernel: number): Build =>
  (b, x, { channels, stride, affine }) => {
    const filtered = b.depthwise(b.activation(x, 'relu'), { kernel, dilation: 2 })
    const read = stride > 1 ? b.maxPool(filtered, { kernel: 1, stride }) : filtered
    return b.batchNorm(b.conv(read, { channels, kernel: 1 }), { affine })
  }

export const conv1x1: Operation = { name: 'conv-1x1', build: reluConvNorm(1) }
export const conv3x3: Operation = { name: 'conv-3x3', build: reluConvNorm(3) }
export const sepConv3x3: Operation = { name: 'sep-conv-3x3', build: separable(3) }
export const sepConv5x5: Operation = { name: 'sep-conv-5x5', build: separable(5) }
export const dilConv3x3: Operation = { name: 'dil-conv-3x3', build: dilated(3) }
export const dilConv5x5: Operation = { name: 'dil-conv-5x5', build: dilated(5) }
