import type * as tf from '@tensorflow/tfjs-core'
import * as composed from './composed.js'
import { currentDevice } from '../../backend/devices/index.js'
import { addedTo } from './kernel.js'
import type { Window } from './spatial.js'
import { dilatedFilterGradient, type FilterGradient } from './undilated.js'

/*
 * Convolutions without bias, with `same` padding, stride and dilation: x [N, H, W, C], y [N, H/s, W/s, D],
 * kernel [h, w, C, D], or [h, w, C, 1] where each channel has a kernel of its own. TensorFlow.js's own gradients
 * require dilation 1 and some backends lack them, so without kernels of the device they are composed.
 */

type Shape4 = [number, number, number, number]

/** A window as kernels take it. */
export const kernelAttributes = ({ stride, dilation }: Window) => ({
  strides: [...stride],
  dilations: [...dilation],
  pad: 'same' as const,
  dataFormat: 'NHWC',
})

/** y = x ∗ kernel. */
export function conv2d(x: tf.Tensor4D, kernel: tf.Tensor4D, window: Window): tf.Tensor4D {
  const device = currentDevice()
  if (device.has('Conv2D'))
    return device.run('Conv2D', { x, filter: kernel }, kernelAttributes(window)) as tf.Tensor4D
  return window.kernel.join() === '1,1'
    ? composed.pointwise(x, kernel, window.stride)
    : composed.conv2d(x, kernel, window)
}

/** ∂/∂x of `conv2d`, of the shape of x. A kernel adds it to `sum` if given, and then returns that. */
export function conv2dInputGradient(
  dy: tf.Tensor4D,
  kernel: tf.Tensor4D,
  shape: Shape4,
  window: Window,
  sum?: tf.Tensor,
): tf.Tensor {
  const attrs = { ...kernelAttributes(window), inputShape: shape }
  if (!currentDevice().has('Conv2DBackpropInput', attrs))
    return composed.conv2dInputGradient(dy, kernel, shape, window)
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
  const device = currentDevice()
  if (!device.has('DepthwiseConv2dNative')) return composed.depthwiseConv2d(x, kernel, window)
  return device.run('DepthwiseConv2dNative', { x, filter: kernel }, kernelAttributes(window)) as tf.Tensor4D
}

/** ∂/∂x of `depthwiseConv2d`, of the shape of x. */
export function depthwiseInputGradient(
  dy: tf.Tensor4D,
  kernel: tf.Tensor4D,
  shape: Shape4,
  window: Window,
): tf.Tensor4D {
  const device = currentDevice()
  const attrs = { ...kernelAttributes(window), inputShape: shape }
  if (!device.has('DepthwiseConv2dNativeBackpropInput', attrs))
    return composed.depthwiseInputGradient(dy, kernel, shape, window)
  return device.run('DepthwiseConv2dNativeBackpropInput', { dy, filter: kernel }, attrs) as tf.Tensor4D
}

/** ∂/∂kernel of `depthwiseConv2d`. */
export function depthwiseFilterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, window: Window): tf.Tensor4D {
  const filterShape = [...window.kernel, x.shape[3], 1]
  return (
    filterGradient('DepthwiseConv2dNativeBackpropFilter', x, dy, window, filterShape) ??
    composed.depthwiseFilterGradient(x, dy, window)
  )
}

/** The kernel's gradient by a kernel of the device; undefined where it has none. */
function filterGradient(
  name: FilterGradient,
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  window: Window,
  filterShape: number[],
): tf.Tensor4D | undefined {
  const device = currentDevice()
  const attrs = { ...kernelAttributes(window), filterShape }
  if (device.has(name, attrs)) return device.run(name, { x, dy }, attrs) as tf.Tensor4D
  // A kernel without dilation is enough, if the dilation is taken out.
  return device.has(name) ? dilatedFilterGradient(name, x, dy, window, filterShape) : undefined
}
