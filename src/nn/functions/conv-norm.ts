import type * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../../backend/devices/index.js'
import { batchStatistics, type BatchStatistics } from './batch-norm.js'
import { kernelAttributes, conv2d, conv2dFilterGradient, conv2dInputGradient } from './conv.js'
import { applySlope, type NormBehind } from './norm-slope.js'
import type { Window } from './spatial.js'

/*
 * A convolution together with what the batch norm after it needs: forward, the statistics of its output;
 * backward, the gradient of that norm, which the node that was fused with the norm leaves to this one. A
 * kernel does both while the output, or its gradient, is in cache; without one they are composed of other
 * operations.
 */

type Image = tf.Tensor4D

/** y [N, H', W', D] = x [N, H, W, C] ∗ kernel [h, w, C, D], and its batch statistics. */
export function convNorm(x: Image, kernel: Image, window: Window): { y: Image; statistics: BatchStatistics } {
  const device = currentDevice()
  if (!device.has('SenteiConvNorm')) {
    const y = conv2d(x, kernel, window)
    return { y, statistics: batchStatistics(y) }
  }
  const [y, mean, variance] = device.run('SenteiConvNorm', { x, filter: kernel }, kernelAttributes(window))
  return { y: y as Image, statistics: { mean: mean as tf.Tensor1D, variance: variance as tf.Tensor1D } }
}

/**
 * The wanted gradients of `convNorm`. dy is the gradient after the norm; x is only needed for `own`. A
 * kernel adds the gradient of x to `sum` if given, and then returns that.
 */
export function convNormGradient(
  x: Image | undefined,
  dy: Image,
  kernel: Image,
  window: Window,
  { y, mean, slope }: NormBehind,
  wanted: { readonly shape: Image['shape']; readonly input: boolean; readonly filters: boolean },
  sum?: tf.Tensor,
): { dx?: tf.Tensor; dKernel?: tf.Tensor } {
  const { shape, input, filters } = wanted
  const device = currentDevice()
  if (device.has('SenteiConvNormGradient')) {
    const inputs = { x: filters ? x : undefined, y, dy, filter: kernel, mean, slope, sum }
    const attrs = { ...kernelAttributes(window), inputShape: shape, input, filters }
    const gradients = device.run('SenteiConvNormGradient', inputs, attrs)
    return { ...(input && { dx: sum ?? gradients[0] }), ...(filters && { dKernel: gradients.at(-1) }) }
  }
  const d = applySlope(y, dy, { mean, slope }) as Image
  return {
    ...(input && { dx: conv2dInputGradient(d, kernel, shape, window) }),
    ...(filters && { dKernel: conv2dFilterGradient(x!, d, window) }),
  }
}
