import type * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../../backend/devices/index.js'
import { batchNormGradient, batchStatistics, type BatchStatistics } from './batch-norm.js'
import {
  conv2d,
  conv2dFilterGradient,
  conv2dInputGradient,
  depthwiseConv2d,
  depthwiseFilterGradient,
  depthwiseInputGradient,
} from './conv.js'
import { activated, fusedAttributes } from './fused.js'
import { applySlope, normSlope, type NormBehind } from './norm-slope.js'
import { reluGradient } from './relu.js'
import type { Window } from './spatial.js'

/*
 * ReLU → depthwise → pointwise → batch norm, the operation that DARTS's supernet is made of
 * (arXiv:1806.09055), as one operation: one kernel that stores only y where the device has it; elsewhere it is
 * composed.
 */

type Image = tf.Tensor4D

/** depthwise [h, w, C, 1], pointwise [1, 1, C, D], and the depthwise convolution's window. */
export interface SeparableKernels {
  readonly depthwise: Image
  readonly pointwise: Image
  readonly window: Window
}

const point: Window = { kernel: [1, 1], stride: [1, 1], dilation: [1, 1] }

/**
 * y [N, H', W', D] = (depthwise ∗ ReLU(x̂)) · pointwise, and the batch statistics of y. x̂ is x [N, H, W, C],
 * normalised by `norm` if given.
 */
export function separable(
  x: Image,
  { depthwise, pointwise, window }: SeparableKernels,
  norm?: BatchStatistics,
): { y: Image; statistics: BatchStatistics } {
  const device = currentDevice()
  if (device.has('SenteiSeparable')) {
    const inputs = { x, depthwise, pointwise, ...norm }
    const [y, mean, variance] = device.run('SenteiSeparable', inputs, fusedAttributes(window))
    return {
      y: y as Image,
      statistics: { mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D },
    }
  }
  const y = conv2d(depthwiseConv2d(activated(x, norm), depthwise, window), pointwise, point)
  return { y, statistics: batchStatistics(y) }
}

export interface SeparableGradients {
  readonly dx?: tf.Tensor
  /**
   * The slope [3, C] that turns dx into the gradient before the batch norm in front, if that gradient is left
   * to another node.
   */
  readonly slope?: tf.Tensor2D
  readonly dDepthwise?: tf.Tensor
  readonly dPointwise?: tf.Tensor
}

/**
 * The wanted gradients of `separable`. dy is the gradient of y, or of y normalised if there is a batch norm
 * after it (`behind`). A kernel adds the gradient of x to `sum` if given, and then returns that; not with a batch
 * norm in front.
 */
export function separableGradient(
  x: Image,
  dy: Image,
  kernels: SeparableKernels,
  norm: BatchStatistics | undefined,
  behind: NormBehind | undefined,
  wanted: { readonly input: boolean; readonly filters: boolean; readonly left: boolean },
  sum?: tf.Tensor,
): SeparableGradients {
  const { depthwise, pointwise, window } = kernels
  const device = currentDevice()
  if (device.has('SenteiSeparableGradient')) {
    const outer = behind && { y: behind.y, outMean: behind.mean, outSlope: behind.slope }
    const inputs = { x, dy, depthwise, pointwise, ...norm, ...outer, sum }
    const gradients = device.run('SenteiSeparableGradient', inputs, { ...fusedAttributes(window), ...wanted })
    const next = () => gradients.shift()!
    return {
      ...(wanted.input && { dx: sum ?? next() }),
      ...(wanted.input && wanted.left && { slope: next() as tf.Tensor2D }),
      ...(wanted.filters && { dDepthwise: next(), dPointwise: next() }),
    }
  }
  const d = behind ? (applySlope(behind.y, dy, behind) as Image) : dy
  const open = activated(x, norm)
  const inner = depthwiseConv2d(open, depthwise, window)
  const dInner = conv2dInputGradient(d, pointwise, inner.shape, point) as Image
  return {
    ...(wanted.input && throughNorm(x, insideOf(dInner, open, kernels), norm, wanted.left)),
    ...(wanted.filters && {
      dDepthwise: depthwiseFilterGradient(open, dInner, window),
      dPointwise: conv2dFilterGradient(inner, d, point),
    }),
  }
}

const insideOf = (dInner: Image, open: Image, { depthwise, window }: SeparableKernels): tf.Tensor =>
  reluGradient(depthwiseInputGradient(dInner, depthwise, open.shape, window), open)

function throughNorm(x: Image, d: tf.Tensor, norm: BatchStatistics | undefined, left: boolean) {
  if (!norm) return { dx: d }
  return left ? { dx: d, slope: normSlope(x, d, norm) } : { dx: batchNormGradient(x, d, norm).dx }
}
