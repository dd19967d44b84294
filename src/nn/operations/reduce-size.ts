import type { GraphBuilder } from '../builder.js'
import type { OperationContext } from './types.js'

/**
 * ReLU, 1×1 convolution with stride, batch norm. Half of the channels read the even positions and half the
 * odd ones, so that none is left out (DARTS's factorized reduction, arXiv:1806.09055); sizes that are odd
 * have no such halves and are read at the even positions alone.
 */
export function reduceSize(
  b: GraphBuilder,
  x: string,
  { channels, stride, affine }: OperationContext,
): string {
  const y = b.activation(x, 'relu')
  const [height, width] = b.shapeOf(y) as [number, number, number]
  if (stride !== 2 || height % 2 === 1 || width % 2 === 1 || channels < 2)
    return b.batchNorm(b.conv(y, { channels, kernel: 1, stride }), { affine })
  const even = b.conv(y, { channels: Math.ceil(channels / 2), kernel: 1, stride })
  const odd = b.conv(b.node('crop', [y], { top: 1, left: 1 }), {
    channels: Math.floor(channels / 2),
    kernel: 1,
    stride,
  })
  return b.batchNorm(b.concat([even, odd]), { affine })
}
