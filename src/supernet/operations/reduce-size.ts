import type { GraphBuilder } from '../../nn/builder.js'
import type { OperationContext } from './types.js'

/**
 * ReLU, 1×1 convolution with stride, batch norm. Half of the channels read the even positions and half the
 * odd ones, so that none is left out (DARTS's factorized reduction, arXiv:1806.09055). Odd sizes have no such
 * halves, so only even positions are read.
 */
export function reduceSize(
  b: GraphBuilder,
  x: string,
  { channels, stride, affine }: OperationContext,
): string {
  const y = b.activation(x, 'relu')
  const sizes = b.shapeOf(y).slice(0, -1)
  if (stride !== 2 || channels < 2 || sizes.some((size) => size % 2 === 1))
    return b.batchNorm(b.conv(y, { channels, kernel: 1, stride }), { affine })
  const even = b.conv(y, { channels: Math.ceil(channels / 2), kernel: 1, stride })
  const odd = b.conv(b.node('crop', [y], sizes.length === 1 ? { left: 1 } : { top: 1, left: 1 }), {
    channels: Math.floor(channels / 2),
    kernel: 1,
    stride,
  })
  return b.batchNorm(b.concat([even, odd]), { affine })
}
