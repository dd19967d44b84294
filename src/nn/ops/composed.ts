import * as tf from '@tensorflow/tfjs-core'
import { samePadding, spread, subsample, sumRows, tapGrid, toRows, type Window } from './spatial.js'

/*
 * Convolutions and their gradients out of operations that every backend has: what runs where our kernels
 * are not. Shapes as in `conv.ts`.
 */

/** A 1×1 convolution is one matrix product over all positions. */
export function pointwise(x: tf.Tensor4D, kernel: tf.Tensor4D, stride: number): tf.Tensor4D {
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

export const conv2d = (x: tf.Tensor4D, kernel: tf.Tensor4D, { stride, dilation }: Window): tf.Tensor4D =>
  tf.conv2d(x, kernel, stride, 'same', 'NHWC', dilation)

/** A convolution of the spread gradient by the turned kernel. */
export function conv2dInputGradient(
  dy: tf.Tensor4D,
  kernel: tf.Tensor4D,
  shape: readonly number[],
  window: Window,
): tf.Tensor4D {
  const turned = tf.transpose(tf.reverse(kernel, [0, 1]), [0, 1, 3, 2])
  const { grid, padding } = inputGradientGrid(dy, shape, window)
  return tf.conv2d(grid, turned, 1, padding, 'NHWC', window.dilation)
}

/** dW[i, j] = (tap i, j of x)ᵀ · dy. */
export function conv2dFilterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, window: Window): tf.Tensor4D {
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
 * dy such that a convolution with the turned kernel, with the padding named, gives the gradient of the
 * input, of the input's own size: dy itself where the window is symmetric, else spread and padded.
 */
function inputGradientGrid(
  dy: tf.Tensor4D,
  input: readonly number[],
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

export function depthwiseInputGradient(
  dy: tf.Tensor4D,
  kernel: tf.Tensor4D,
  shape: readonly number[],
  window: Window,
): tf.Tensor4D {
  const turned = tf.reverse(kernel, [0, 1])
  const { grid, padding } = inputGradientGrid(dy, shape, window)
  return tf.depthwiseConv2d(grid, turned, 1, padding, 'NHWC', window.dilation)
}

/** dW[i, j] = Σ over positions of (tap i, j of x) ⊙ dy. */
export function depthwiseFilterGradient(x: tf.Tensor4D, dy: tf.Tensor4D, window: Window): tf.Tensor4D {
  const { kernel } = window
  const { dy: rows, tap } = tapGrid(x, dy, window)
  const taps: tf.Tensor2D[] = []
  for (let i = 0; i < kernel; i++)
    for (let j = 0; j < kernel; j++) taps.push(sumRows(tf.mul(tap(i, j), rows)))
  return tf.reshape(tf.concat(taps, 0), [kernel, kernel, x.shape[3], 1])
}
