import * as tf from '@tensorflow/tfjs-core'
import { depthwiseInputGradient } from './conv.js'
import { samePadding } from './spatial.js'

/**
 * Max pooling, `same` padding: [N, H, W, C] → [N, H/s, W/s, C]. On wasm its gradient is our own kernel:
 * TensorFlow.js's loses the gradient of windows whose maximum is negative.
 */
export function maxPool(x: tf.Tensor4D, kernel: number, stride: number): tf.Tensor4D {
  return tf.maxPool(x, kernel, stride, 'same')
}

/**
 * Average pooling, `same` padding, padding not counted: [N, H, W, C] → [N, H/s, W/s, C]. The gradient
 * divides by the same counts; TensorFlow.js's own divides by the whole window at the borders too.
 */
export function avgPool(x: tf.Tensor4D, kernel: number, stride: number): tf.Tensor4D {
  const operation = tf.customGrad((...args) => {
    const [input] = args as unknown as [tf.Tensor4D]
    const [, h, w, c] = input.shape
    return {
      value: tf.avgPool(input, kernel, stride, 'same'),
      gradFunc: (dy: tf.Tensor) => {
        const share = tf.mul<tf.Tensor4D>(dy, tf.tensor4d(...shares(h, w, kernel, stride)))
        return depthwiseInputGradient(share, tf.ones([kernel, kernel, c, 1]), input.shape, {
          kernel,
          stride,
          dilation: 1,
        })
      },
    }
  })
  return operation(x) as tf.Tensor4D
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
