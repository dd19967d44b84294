import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../../backend/devices/index.js'
import { depthwiseInputGradient } from './conv.js'
import { addedTo } from './kernel.js'
import { samePaddings, type Window } from './spatial.js'

const attributes = ({ kernel, stride }: Window) => ({
  filterSize: [...kernel],
  strides: [...stride],
  pad: 'same',
})

/** Max pooling, `same` padding: [N, H, W, C] → [N, H/s, W/s, C]. The window's dilation is not read. */
export function maxPool(x: tf.Tensor4D, { kernel, stride }: Window): tf.Tensor4D {
  return tf.maxPool(x, [...kernel], [...stride], 'same')
}

/**
 * ∂/∂x of `maxPool`, where y is its output: each output's gradient goes to the first position that holds its
 * maximum. A kernel of the device's own adds it to `sum` if given, and then returns that.
 */
export function maxPoolGradient(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  y: tf.Tensor4D,
  window: Window,
  sum?: tf.Tensor,
): tf.Tensor {
  const inputs = { dy, input: x, output: y }
  const device = currentDevice()
  if (device.has('MaxPoolGrad')) return addedTo(sum, 'MaxPoolGrad', inputs, attributes(window))
  return device.run('MaxPoolGrad', inputs, attributes(window))
}

/** Average pooling, `same` padding, padding not counted: [N, H, W, C] → [N, H/s, W/s, C]. */
export function avgPool(x: tf.Tensor4D, window: Window): tf.Tensor4D {
  // Calls the kernel directly, because tf.avgPool copies its result for a cast to the type that it already
  // has.
  return currentDevice().run('AvgPool', { x }, attributes(window)) as tf.Tensor4D
}

/**
 * ∂/∂x of `avgPool`, divided by the same counts. TensorFlow.js's own gradient divides by the whole window at
 * the borders too, so without a kernel this is a depthwise convolution by ones. A kernel adds it to `sum`,
 * as in `maxPoolGradient`.
 */
export function avgPoolGradient(
  dy: tf.Tensor4D,
  shape: [number, number, number, number],
  window: Window,
  sum?: tf.Tensor,
): tf.Tensor {
  const attrs = { ...attributes(window), inputShape: shape }
  if (currentDevice().has('SenteiAvgPoolGradient'))
    return addedTo(sum, 'SenteiAvgPoolGradient', { dy }, attrs)
  const plain: Window = { ...window, dilation: [1, 1] }
  const share = tf.mul<tf.Tensor4D>(dy, tf.tensor4d(...shares(shape, plain)))
  return depthwiseInputGradient(share, tf.ones([...window.kernel, shape[3], 1]), shape, plain)
}

/** ∂/∂x of the mean over all positions: dy [N, C] → [N, H, W, C]. */
export function spreadMean(dy: tf.Tensor2D, shape: [number, number, number, number]): tf.Tensor4D {
  const [n, h, w, c] = shape
  const scale = 1 / (h * w)
  const device = currentDevice()
  if (device.has('SenteiSpread'))
    return device.run('SenteiSpread', { dy }, { shape, sizes: [n, h * w, c], scale }) as tf.Tensor4D
  return tf.broadcastTo(tf.reshape(tf.mul(dy, scale), [n, 1, 1, c]), shape)
}

/** 1 / (positions inside the image) for each window, as values and the shape [1, H/s, W/s, 1]. */
function shares(shape: readonly number[], window: Window): [Float32Array, [number, number, number, number]] {
  const [rows, columns] = samePaddings(shape, window).map(({ out, before }, axis) =>
    Array.from({ length: out }, (_, o) => {
      const start = o * window.stride[axis]! - before
      return Math.min(start + window.kernel[axis]!, shape[axis + 1]!) - Math.max(start, 0)
    }),
  ) as [number[], number[]]
  const values = Float32Array.from(rows.flatMap((r) => columns.map((c) => 1 / (r * c))))
  return [values, [1, rows.length, columns.length, 1]]
}
