import * as tf from '@tensorflow/tfjs-core'
import { depthwiseInputGradient } from './conv.js'
import { AvgPoolGradient } from '../../backend/wasm/kernels/pool.js'
import { Spread } from '../../backend/wasm/kernels/reduce.js'
import { accelerated, runKernel } from './kernel.js'
import { samePadding } from './spatial.js'

/** Max pooling, `same` padding: [N, H, W, C] → [N, H/s, W/s, C]. */
export function maxPool(x: tf.Tensor4D, kernel: number, stride: number): tf.Tensor4D {
  return tf.maxPool(x, kernel, stride, 'same')
}

/** ∂/∂x of `maxPool`, y its output: each output's gradient goes to the first position that holds its maximum. */
export function maxPoolGradient(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  y: tf.Tensor4D,
  kernel: number,
  stride: number,
): tf.Tensor4D {
  const attrs = { filterSize: [kernel, kernel], strides: [stride, stride], pad: 'same' }
  return runKernel('MaxPoolGrad', { dy, input: x, output: y }, attrs)
}

/** Average pooling, `same` padding, padding not counted: [N, H, W, C] → [N, H/s, W/s, C]. */
export function avgPool(x: tf.Tensor4D, kernel: number, stride: number): tf.Tensor4D {
  // The kernel itself: tf.avgPool copies its result to cast it to what it is.
  return runKernel('AvgPool', { x }, { filterSize: [kernel, kernel], strides: [stride, stride], pad: 'same' })
}

/**
 * ∂/∂x of `avgPool`, divided by the same counts; TensorFlow.js's own divides by the whole window at the
 * borders too, so elsewhere than on wasm it is a depthwise convolution by ones.
 */
export function avgPoolGradient(
  dy: tf.Tensor4D,
  shape: [number, number, number, number],
  kernel: number,
  stride: number,
): tf.Tensor4D {
  if (accelerated()) {
    const attrs = { filterSize: [kernel, kernel], strides: [stride, stride], pad: 'same' }
    return runKernel(AvgPoolGradient, { dy }, { ...attrs, inputShape: shape })
  }
  const [, h, w, c] = shape
  const share = tf.mul<tf.Tensor4D>(dy, tf.tensor4d(...shares(h, w, kernel, stride)))
  return depthwiseInputGradient(share, tf.ones([kernel, kernel, c, 1]), shape, {
    kernel,
    stride,
    dilation: 1,
  })
}

/** ∂/∂x of the mean over all positions: dy [N, C] → [N, H, W, C]. */
export function spreadMean(dy: tf.Tensor2D, shape: [number, number, number, number]): tf.Tensor4D {
  const [n, h, w, c] = shape
  const scale = 1 / (h * w)
  if (accelerated()) return runKernel(Spread, { dy }, { shape, sizes: [n, h * w, c], scale })
  return tf.broadcastTo(tf.reshape(tf.mul(dy, scale), [n, 1, 1, c]), shape)
}

/** 1 / (positions inside the image) for each window, as values and shape of [1, H/s, W/s, 1]. */
function shares(
  height: number,
  width: number,
  kernel: number,
  stride: number,
): [Float32Array, [number, number, number, number]] {
  const counts = [height, width].map((size) => {
    const { out, before } = samePadding(size, kernel, stride, 1)
    return Array.from({ length: out }, (_, o) => {
      const start = o * stride - before
      return Math.min(start + kernel, size) - Math.max(start, 0)
    })
  })
  const [rows, columns] = counts as [number[], number[]]
  const values = Float32Array.from(rows.flatMap((r) => columns.map((c) => 1 / (r * c))))
  return [values, [1, rows.length, columns.length, 1]]
}
