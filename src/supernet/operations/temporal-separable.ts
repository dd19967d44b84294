import type { Operation } from './types.js'

/**
 * ReLU, depthwise convolution of `kernel` steps with a dilation, 1×1, batch norm, with `same` padding: the
 * long, cheap windows of small classifiers of series (LITE, Ismail-Fawaz et al., arXiv:2409.02869). On an
 * image the window is square.
 */
export const temporalSeparable = (kernel: number, dilation: number): Operation => ({
  name: `tsep-${kernel}-d${dilation}`,
  build: (b, x, { channels, stride, affine }) => {
    const filtered = b.depthwise(b.activation(x, 'relu'), { kernel, stride, dilation })
    return b.batchNorm(b.conv(filtered, { channels, kernel: 1 }), { affine })
  },
})

/** The available sizes: 9 steps, dilations 1 to 8. */
export const temporalSeparables: readonly Operation[] = [1, 2, 4, 8].map((dilation) =>
  temporalSeparable(9, dilation),
)
