import type * as tf from '@tensorflow/tfjs-core'
import { ConvNorm, ConvNormGradient } from '../../backend/wasm/kernels/conv-norm.js'
import { batchStatistics, type BatchStatistics } from './batch-norm.js'
import { attributes, conv2d, conv2dFilterGradient, conv2dInputGradient } from './conv.js'
import { accelerated, runKernel } from './kernel.js'
import { applySlope, type NormBehind } from './norm-slope.js'
import type { Window } from './spatial.js'

/*
 * A convolution together with what the batch norm after it needs: forward, the statistics of its output;
 * backward, the gradient of that norm, which the node that was fused with the norm leaves to this one. On
 * wasm both are done while the output, or its gradient, is in cache; elsewhere they are composed of other
 * operations.
 */

type Image = tf.Tensor4D

/** y [N, H', W', D] = x [N, H, W, C] ∗ kernel [h, w, C, D], and its batch statistics. */
export function convNorm(x: Image, kernel: Image, window: Window): { y: Image; statistics: BatchStatistics } {
  if (!accelerated()) {
    const y = conv2d(x, kernel, window)
    return { y, statistics: batchStatistics(y) }
  }
  const [y, mean, variance] = runKernel<tf.Tensor[]>(ConvNorm, { x, filter: kernel }, attributes(window))
  return { y: y as Image, statistics: { mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D } }
}

/**
 * The wanted gradients of `convNorm`. dy is the gradient after the norm; x is only needed for `own`. On wasm
 * the gradient of x is added to `sum` if given, which is then returned.
 */
export function convNormGradient(
  x: Image | undefined,
  dy: Image,
  kernel: Image,
  window: Window,
  { y, mean, slope }: NormBehind,
  wanted: { readonly shape: Image['shape']; readonly input: boolean; readonly own: boolean },
  sum?: tf.Tensor,
): { dx?: tf.Tensor; dKernel?: tf.Tensor } {
  const { shape, input, own } = wanted
  if (accelerated()) {
    const inputs = { x: own ? x : undefined, y, dy, filter: kernel, mean, slope, sum }
    const attrs = { ...attributes(window), inputShape: shape, input, own }
    const found = runKernel<tf.Tensor[]>(ConvNormGradient, inputs, attrs)
    return { ...(input && { dx: sum ?? found[0] }), ...(own && { dKernel: found.at(-1) }) }
  }
  const d = applySlope(y, dy, { mean, slope }) as Image
  return {
    ...(input && { dx: conv2dInputGradient(d, kernel, shape, window) }),
    ...(own && { dKernel: conv2dFilterGradient(x!, d, window) }),
  }
}
