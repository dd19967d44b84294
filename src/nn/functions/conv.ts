import type * as tf from '@tensorflow/tfjs-core'
import * as composed from './composed.js'
import { accelerated, addedTo, runKernel } from './kernel.js'
import type { Window } from './spatial.js'

/*
 * Convolutions without bias, with `same` padding, stride and dilation: x [N, H, W, C], y [N, H/s, W/s, D],
 * kernel [h, w, C, D], or [h, w, C, 1] where each channel has a kernel of its own. On wasm our kernels
 * compute all of them. TensorFlow.js's own gradients require dilation 1, so elsewhere the gradients are
 * composed.
 */

type Shape4 = [number, number, number, number]

/** A window as our kernels take it. */
export const attributes = ({ stride, dilation }: Window) => ({
  strides: [...stride],
  dilations: [...dilation],
  pad: 'same',
  dataFormat: 'NHWC',
})

/** y = x ∗ kernel. */
export function conv2d(x: tf.Tensor4D, kernel: tf.Tensor4D, window: Window): tf.Tensor4D {
  if (accelerated()) return runKernel('Conv2D', { x, filter: kernel }, attributes(window))
  return window.kernel.join() === '1,1'
    ? composed.pointwise(x, kernel, window.stride)
    : composed.conv2d(x, kernel, window)
}

/** ∂/∂x of `conv2d`, of the shape of x. On wasm it is added to `sum` if given, which is then returned. */
export function conv2dInputGradient(
  dy: tf.Tensor4D,
  kernel: tf.Tensor4D,
  shape: Shape4,
  window: Window,
  sum?: tf.Tensor,
): tf.Tensor {
  if (!accelerated()) return composed.conv2dInputGradient(dy, kernel, shape, window)
  const attrs = { ...attributes(window), inputShape: shape }
  return addedTo(sum, 'Conv2DBackpropInput', { dy, filter: kernel }, attrs)
}

/** ∂/∂kernel of `conv2d`. */
export function conv2dFilterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, window: Window): tf.Tensor4D {
  if (!accelerated()) return composed.conv2dFilterGradient(x, dy, window)
  const filterShape = [...window.kernel, x.shape[3], dy.shape[3]]
  return runKernel('Conv2DBackpropFilter', { x, dy }, { ...attributes(window), filterShape })
}

/** y[…, c] = x[…, c] ∗ kernel[…, c]. */
export function depthwiseConv2d(x: tf.Tensor4D, kernel: tf.Tensor4D, window: Window): tf.Tensor4D {
  if (!accelerated()) return composed.depthwiseConv2d(x, kernel, window)
  return runKernel('DepthwiseConv2dNative', { x, filter: kernel }, attributes(window))
}

/** ∂/∂x of `depthwiseConv2d`, of the shape of x. */
export function depthwiseInputGradient(
  dy: tf.Tensor4D,
  kernel: tf.Tensor4D,
  shape: Shape4,
  window: Window,
): tf.Tensor4D {
  if (!accelerated()) return composed.depthwiseInputGradient(dy, kernel, shape, window)
  const attrs = { ...attributes(window), inputShape: shape }
  return runKernel('DepthwiseConv2dNativeBackpropInput', { dy, filter: kernel }, attrs)
}

/** ∂/∂kernel of `depthwiseConv2d`. */
export function depthwiseFilterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, window: Window): tf.Tensor4D {
  if (!accelerated()) return composed.depthwiseFilterGradient(x, dy, window)
  const filterShape = [...window.kernel, x.shape[3], 1]
  return runKernel('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { ...attributes(window), filterShape })
}
