import type * as tf from '@tensorflow/tfjs-core'
import * as composed from './composed.js'
import { accelerated, addedTo, runKernel } from './kernel.js'
import { dilatedFilterGradient, isNative, undilated } from './native.js'
import type { Window } from './spatial.js'

/*
 * Convolutions without bias, with `same` padding, stride and dilation: x [N, H, W, C], y [N, H/s, W/s, D],
 * kernel [h, w, C, D], or [h, w, C, 1] where each channel has a kernel of its own. On wasm our kernels
 * compute all of them. TensorFlow.js's own gradients require dilation 1, so elsewhere the gradients are
 * composed; on TensorFlow's own library those with dilation.
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
  if (!hasKernel(window)) return composed.conv2dInputGradient(dy, kernel, shape, window)
  const attrs = { ...attributes(window), inputShape: shape }
  return addedTo(sum, 'Conv2DBackpropInput', { dy, filter: kernel }, attrs)
}

/** ∂/∂kernel of `conv2d`. */
export function conv2dFilterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, window: Window): tf.Tensor4D {
  const filterShape = [...window.kernel, x.shape[3], dy.shape[3]]
  return (
    filterGradient('Conv2DBackpropFilter', x, dy, window, filterShape) ??
    composed.conv2dFilterGradient(x, dy, window)
  )
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
  if (!hasKernel(window)) return composed.depthwiseInputGradient(dy, kernel, shape, window)
  const attrs = { ...attributes(window), inputShape: shape }
  return runKernel('DepthwiseConv2dNativeBackpropInput', { dy, filter: kernel }, attrs)
}

/** ∂/∂kernel of `depthwiseConv2d`. */
export function depthwiseFilterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, window: Window): tf.Tensor4D {
  const filterShape = [...window.kernel, x.shape[3], 1]
  return (
    filterGradient('DepthwiseConv2dNativeBackpropFilter', x, dy, window, filterShape) ??
    composed.depthwiseFilterGradient(x, dy, window)
  )
}

/** Whether the current backend has kernels for gradients: ours, or TensorFlow's, which have no dilation. */
const hasKernel = (window: Window): boolean => accelerated() || (isNative() && undilated(window))

/** The kernel's gradient by a kernel of the backend; undefined where it has none. */
function filterGradient(
  name: string,
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  window: Window,
  filterShape: number[],
): tf.Tensor4D | undefined {
  if (hasKernel(window)) return runKernel(name, { x, dy }, { ...attributes(window), filterShape })
  return isNative() ? dilatedFilterGradient(name, x, dy, window, filterShape) : undefined
}
