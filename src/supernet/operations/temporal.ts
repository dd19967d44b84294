import type { Operation } from './types.js'

/**
 * ReLU, convolution of `kernel` steps with a dilation, batch norm: the building block of temporal
 * convolutional networks (Bai et al., arXiv:1803.01271). Padding is `same`, since the whole series is known.
 * On an image the window is square.
 */
export const temporalConv = (kernel: number, dilation: number): Operation => ({
  name: `tconv-${kernel}-d${dilation}`,
  build: (b, x, { channels, stride, affine }) =>
    b.batchNorm(b.conv(b.activation(x, 'relu'), { channels, kernel, stride, dilation }), { affine }),
})

/** The available sizes: 3 or 5 steps, dilations 1 to 8. */
export const temporalConvs: readonly Operation[] = [3, 5].flatMap((kernel) =>
  [1, 2, 4, 8].map((dilation) => temporalConv(kernel, dilation)),
)
