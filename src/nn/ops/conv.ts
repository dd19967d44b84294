import * as tf from '@tensorflow/tfjs-core'
import {
  sumRows,
  spread,
  samePadding,
  subsample,
  subsampleGradient,
  tapGrid,
  toRows,
  type Window,
} from './spatial.js'

/**
 * 2-D convolution without bias, `same` padding: x [N, H, W, C], kernel [k, k, C, D] → [N, H/s, W/s, D].
 * Trains on every backend, with stride or with dilation (not both at once): TensorFlow.js's own gradient
 * lacks a kernel on wasm and asserts dilation 1 everywhere.
 */
export function conv2d(x: tf.Tensor4D, kernel: tf.Tensor4D, window: Window): tf.Tensor4D {
  return window.kernel === 1 ? pointwise(x, kernel, window.stride) : convolve(x, kernel, window)
}

/** A 1×1 convolution is one matrix product over all positions. */
function pointwise(x: tf.Tensor4D, kernel: tf.Tensor4D, stride: number): tf.Tensor4D {
  const [, , inputs, outputs] = kernel.shape
  const operation = tf.customGrad((...args) => {
    const [input, weights, save] = args as unknown as [tf.Tensor4D, tf.Tensor2D, tf.GradSaveFunc]
    const read = subsample(input, stride)
    save([read, weights])
    const [n, h, w] = read.shape
    return {
      value: tf.reshape(tf.matMul(toRows(read), weights), [n, h, w, outputs]),
      gradFunc: (dy: tf.Tensor, [saved, matrix]: tf.Tensor[]) => {
        const rows = toRows(dy)
        // Explicit transposes: the wasm backend's transposed product is ten times slower than its plain one.
        const dRead = tf.reshape(tf.matMul(rows, tf.transpose(matrix!)), [n, h, w, inputs])
        const dKernel = tf.matMul(tf.transpose(toRows(saved!)), rows)
        return [subsampleGradient(dRead as tf.Tensor4D, [input.shape[1], input.shape[2]], stride), dKernel]
      },
    }
  })
  return operation(x, tf.reshape(kernel, [inputs, outputs])) as tf.Tensor4D
}

function convolve(x: tf.Tensor4D, kernel: tf.Tensor4D, window: Window): tf.Tensor4D {
  const { stride, dilation } = window
  const operation = tf.customGrad((...args) => {
    const [input, weights, save] = args as unknown as [tf.Tensor4D, tf.Tensor4D, tf.GradSaveFunc]
    save([input, weights])
    return {
      value: tf.conv2d(input, weights, stride, 'same', 'NHWC', dilation),
      gradFunc: (dy: tf.Tensor, [saved, w]: tf.Tensor[]) => {
        const flipped = tf.transpose(tf.reverse(w as tf.Tensor4D, [0, 1]), [0, 1, 3, 2])
        const { grid, padding } = inputGradientGrid(dy as tf.Tensor4D, saved!.shape, window)
        return [
          tf.conv2d(grid, flipped, 1, padding, 'NHWC', dilation),
          filterGradient(saved as tf.Tensor4D, dy as tf.Tensor4D, window),
        ]
      },
    }
  })
  return operation(x, kernel)
}

/** dW[i, j] = (tap i, j of x)ᵀ · dy, as [k, k, C, D]. */
function filterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, window: Window): tf.Tensor4D {
  const { kernel } = window
  const { dy: rows, tap } = tapGrid(x, dy, window)
  const transposed = tf.transpose(rows)
  const taps: tf.Tensor2D[] = []
  for (let i = 0; i < kernel; i++)
    for (let j = 0; j < kernel; j++) taps.push(tf.matMul(transposed, tap(i, j)))
  const stacked = tf.reshape(tf.stack(taps), [kernel, kernel, dy.shape[3], x.shape[3]])
  return tf.transpose(stacked, [0, 1, 3, 2]) as tf.Tensor4D
}

/**
 * dy such that a convolution with the flipped kernel, with the padding named, gives the gradient of the
 * input, of the input's own size: dy itself where the window is symmetric, else spread and padded.
 */
function inputGradientGrid(
  dy: tf.Tensor4D,
  input: number[],
  { kernel, stride, dilation }: Window,
): { grid: tf.Tensor4D; padding: 'same' | 'valid' } {
  if (stride === 1 && kernel % 2 === 1) return { grid: dy, padding: 'same' }
  const up = spread(dy, stride)
  const reach = (kernel - 1) * dilation
  const pads = [1, 2].map((axis): [number, number] => {
    const before = reach - samePadding(input[axis]!, kernel, stride, dilation).before
    return [before, input[axis]! + reach - before - up.shape[axis]!]
  })
  return { grid: tf.pad(up, [[0, 0], pads[0]!, pads[1]!, [0, 0]]), padding: 'valid' }
}

/**
 * Depthwise 2-D convolution without bias, `same` padding: x [N, H, W, C], kernel [k, k, C, 1] →
 * [N, H/s, W/s, C]. Stride or dilation, not both.
 */
export function depthwiseConv2d(x: tf.Tensor4D, kernel: tf.Tensor4D, window: Window): tf.Tensor4D {
  const { stride, dilation } = window
  const operation = tf.customGrad((...args) => {
    const [input, weights, save] = args as unknown as [tf.Tensor4D, tf.Tensor4D, tf.GradSaveFunc]
    save([input, weights])
    return {
      value: tf.depthwiseConv2d(input, weights, stride, 'same', 'NHWC', dilation),
      gradFunc: (dy: tf.Tensor, [saved, w]: tf.Tensor[]) => [
        depthwiseInputGradient(dy as tf.Tensor4D, w as tf.Tensor4D, saved!.shape, window),
        depthwiseFilterGradient(saved as tf.Tensor4D, dy as tf.Tensor4D, window),
      ],
    }
  })
  return operation(x, kernel)
}

/** The gradient of a depthwise convolution's input, [N, H, W, C]. */
export function depthwiseInputGradient(
  dy: tf.Tensor4D,
  kernel: tf.Tensor4D,
  input: number[],
  window: Window,
): tf.Tensor4D {
  const flipped = tf.reverse(kernel, [0, 1])
  const { grid, padding } = inputGradientGrid(dy, input, window)
  return tf.depthwiseConv2d(grid, flipped, 1, padding, 'NHWC', window.dilation)
}

/**
 * dW[i, j] = Σ over positions of (tap i, j of x) ⊙ dy, as [k, k, C, 1]: by the backend's kernel where it
 * has one (it must take a dilation, which TensorFlow.js's own need not), else tap by tap.
 */
function depthwiseFilterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, window: Window): tf.Tensor4D {
  const { kernel, stride, dilation } = window
  const filterShape: [number, number, number, number] = [kernel, kernel, x.shape[3], 1]
  if (tf.getBackend() === 'wasm')
    return tf
      .engine()
      .runKernel<tf.Tensor4D>(
        tf.DepthwiseConv2dNativeBackpropFilter,
        { x, dy },
        { strides: [stride, stride], dilations: [dilation, dilation], pad: 'same', filterShape },
      )
  const { dy: rows, tap } = tapGrid(x, dy, window)
  const taps: tf.Tensor2D[] = []
  for (let i = 0; i < kernel; i++)
    for (let j = 0; j < kernel; j++) taps.push(sumRows(tf.mul(tap(i, j), rows)))
  return tf.reshape(tf.concat(taps, 0), filterShape)
}
