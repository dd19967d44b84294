import type { ActivationName } from '../../nn/primitives/elementwise.js'
import type { Operation } from './types.js'

/**
 * MobileNetV2's inverted residual block (Sandler et al., arXiv:1801.04381, §3.3): 1×1 convolution to
 * `expansion` times the channels, batch norm, ReLU6 (all three are left out for expansion 1); depthwise k×k,
 * batch norm, ReLU6; 1×1 convolution, batch norm. Its input is added if it has the output's shape. Some
 * spaces use another `activation`.
 */
export const mbConv = (
  kernel: number,
  expansion: number,
  activation: ActivationName = 'relu6',
): Operation => ({
  name: `mb-conv-${kernel}x${kernel}-e${expansion}`,
  build: (b, x, { channels, stride, affine }) => {
    const inner = b.shapeOf(x).at(-1)! * expansion
    const activated = (y: string) => b.activation(b.batchNorm(y, { affine }), activation)
    const wide = expansion === 1 ? x : activated(b.conv(x, { channels: inner, kernel: 1 }))
    const filtered = activated(b.depthwise(wide, { kernel, stride }))
    const y = b.batchNorm(b.conv(filtered, { channels, kernel: 1 }), { affine })
    return b.shapeOf(y).join() === b.shapeOf(x).join() ? b.add([x, y]) : y
  },
})

/** The blocks of published spaces (ProxylessNAS, FBNet, …): windows of 3, 5, 7, expansions 1, 3, 4, 6. */
export const mbConvs: readonly Operation[] = [3, 5, 7].flatMap((kernel) =>
  [1, 3, 4, 6].map((expansion) => mbConv(kernel, expansion)),
)
