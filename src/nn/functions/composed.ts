import * as tf from '@tensorflow/tfjs-core'
import {
  samePaddings,
  spread,
  subsample,
  sumRows,
  tapGrid,
  toRows,
  type Pair,
  type Window,
} from './spatial.js'

/*
 * Convolutions and their gradients composed of operations that every backend has. They run where our kernels
 * are not available. Shapes are as in `conv.ts`.
 */

/** A 1×1 convolution is one matrix product over all positions. */
export function pointwise(x: tf.Tensor4D, kernel: tf.Tensor4D, stride: Pair): tf.Tensor4D {
  const [, , inputs, outputs] = kernel.shape
  const read = subsample(x, stride)
  const [n, h, w] = read.shape
  return tf.reshape(tf.matMul(toRows(read), tf.reshape<tf.Rank.R2>(kernel, [inputs, outputs])), [
    n,
    h,
    w,
    outputs,
  ])
}

export const conv2d = (x: tf.Tensor4D, kernel: tf.Tensor4D, window: Window): tf.Tensor4D =>
  slid(x, window, (image, stride, padding) =>
    tf.conv2d(image, kernel, stride, padding, 'NHWC', [...window.dilation]),
  )

export const depthwiseConv2d = (x: tf.Tensor4D, kernel: tf.Tensor4D, window: Window): tf.Tensor4D =>
  slid(x, window, (image, stride, padding) =>
    tf.depthwiseConv2d(image, kernel, stride, padding, 'NHWC', [...window.dilation]),
  )

type Slide = (image: tf.Tensor4D, stride: [number, number], padding: 'same' | 'valid') => tf.Tensor4D

/**
 * Slides a window with `same` padding. TensorFlow.js refuses a stride combined with a dilation; then the
 * window visits all positions and the result is subsampled.
 */
function slid(x: tf.Tensor4D, window: Window, slide: Slide): tf.Tensor4D {
  const { stride, dilation } = window
  if (Math.max(...stride) === 1 || Math.max(...dilation) === 1) return slide(x, [...stride], 'same')
  const [rows, columns] = samePaddings(x.shape, window)
  const padded = tf.pad(x, [
    [0, 0],
    [rows.before, rows.after],
    [columns.before, columns.after],
    [0, 0],
  ])
  return subsample(slide(padded, [1, 1], 'valid'), stride)
}

/** Convolves the spread gradient with the flipped and transposed kernel. */
export function conv2dInputGradient(
  dy: tf.Tensor4D,
  kernel: tf.Tensor4D,
  shape: readonly number[],
  window: Window,
): tf.Tensor4D {
  const turned = tf.transpose(tf.reverse(kernel, [0, 1]), [0, 1, 3, 2])
  const { grid, padding } = inputGradientGrid(dy, shape, window)
  return tf.conv2d(grid, turned, 1, padding, 'NHWC', [...window.dilation])
}

/** dW[i, j] = (tap i, j of x)ᵀ · dy. */
export function conv2dFilterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, window: Window): tf.Tensor4D {
  const { kernel } = window
  const { dy: rows, tap } = tapGrid(x, dy, window)
  const transposed = tf.transpose(rows)
  const taps: tf.Tensor2D[] = []
  for (let i = 0; i < kernel[0]; i++)
    for (let j = 0; j < kernel[1]; j++) taps.push(tf.matMul(transposed, tap(i, j)))
  const stacked = tf.reshape(tf.stack(taps), [...kernel, dy.shape[3], x.shape[3]])
  return tf.transpose(stacked, [0, 1, 3, 2]) as tf.Tensor4D
}

/**
 * Lays dy out so that a convolution with the flipped kernel and the returned padding gives the input's
 * gradient at the input's own size: dy itself if the window is symmetric, otherwise spread and padded.
 */
function inputGradientGrid(
  dy: tf.Tensor4D,
  input: readonly number[],
  window: Window,
): { grid: tf.Tensor4D; padding: 'same' | 'valid' } {
  const { kernel, stride, dilation } = window
  const symmetric = kernel.every((size, axis) => size % 2 === 1 && stride[axis] === 1)
  if (symmetric) return { grid: dy, padding: 'same' }
  const up = spread(dy, stride)
  const pads = samePaddings(input, window).map((geometry, axis): [number, number] => {
    const reach = (kernel[axis]! - 1) * dilation[axis]!
    const before = reach - geometry.before
    return [before, input[axis + 1]! + reach - before - up.shape[axis + 1]!]
  })
  return { grid: tf.pad(up, [[0, 0], pads[0]!, pads[1]!, [0, 0]]), padding: 'valid' }
}

export function depthwiseInputGradient(
  dy: tf.Tensor4D,
  kernel: tf.Tensor4D,
  shape: readonly number[],
  window: Window,
): tf.Tensor4D {
  const turned = tf.reverse(kernel, [0, 1])
  const { grid, padding } = inputGradientGrid(dy, shape, window)
  return tf.depthwiseConv2d(grid, turned, 1, padding, 'NHWC', [...window.dilation])
}

/** dW[i, j] = Σ over positions of (tap i, j of x) ⊙ dy. */
export function depthwiseFilterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, window: Window): tf.Tensor4D {
  const { kernel } = window
  const { dy: rows, tap } = tapGrid(x, dy, window)
  const taps: tf.Tensor2D[] = []
  for (let i = 0; i < kernel[0]; i++)
    for (let j = 0; j < kernel[1]; j++) taps.push(sumRows(tf.mul(tap(i, j), rows)))
  return tf.reshape(tf.concat(taps, 0), [...kernel, x.shape[3], 1])
}
