import * as tf from '@tensorflow/tfjs-core'
import { currentDevice } from '../../backend/devices/index.js'

/**
 * The geometry of a convolution or pooling with TensorFlow's `same` padding along one axis: the number `out`
 * of positions, and the padding `before` and `after`.
 */
export function samePadding(size: number, kernel: number, stride: number, dilation: number) {
  const out = Math.ceil(size / stride)
  const total = Math.max((out - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
  const before = Math.floor(total / 2)
  return { out, before, after: total - before }
}

/** A value along rows and one along columns. */
export type Pair = readonly [number, number]

/** Kernel, stride and dilation of a window. */
export interface Window {
  readonly kernel: Pair
  readonly stride: Pair
  readonly dilation: Pair
}

/** The geometry of a window over images [N, H, W, C], along rows and along columns. */
export const samePaddings = ([, height, width]: readonly number[], { kernel, stride, dilation }: Window) =>
  [
    samePadding(height!, kernel[0], stride[0], dilation[0]),
    samePadding(width!, kernel[1], stride[1], dilation[1]),
  ] as const

/** Puts s − 1 zeros between the positions of [N, h, w, C]: [N, (h−1)·s+1, (w−1)·s'+1, C]. */
export function spread(x: tf.Tensor4D, [vertical, horizontal]: Pair): tf.Tensor4D {
  if (vertical === 1 && horizontal === 1) return x
  const [n, h, w, c] = x.shape
  const columns = tf.pad(tf.reshape(x, [n * h * w, 1, c]), [
    [0, 0],
    [0, horizontal - 1],
    [0, 0],
  ])
  const rows = tf.pad(tf.reshape(columns, [n * h, 1, w * horizontal * c]), [
    [0, 0],
    [0, vertical - 1],
    [0, 0],
  ])
  const grid = tf.reshape<tf.Rank.R4>(rows, [n, h * vertical, w * horizontal, c])
  return crop(grid, (h - 1) * vertical + 1, (w - 1) * horizontal + 1)
}

/** The upper left [N, height, width, C] of a batch of images. */
function crop(x: tf.Tensor4D, height: number, width: number): tf.Tensor4D {
  return tf.slice(x, [0, 0, 0, 0], [x.shape[0], height, width, x.shape[3]])
}

/** Every stride-th position of [N, H, W, C], starting with the first. */
export function subsample(x: tf.Tensor4D, stride: Pair): tf.Tensor4D {
  return stride[0] === 1 && stride[1] === 1 ? x : tf.maxPool(x, 1, [...stride], 'same')
}

/**
 * Lays out the input and the output gradient of a window operation so that each kernel tap is one contiguous
 * slice: x padded to a grid and flattened to [rows, C]; dy spread onto the same grid, [rows − last tap, C'].
 * The tap at (i, j) then pairs `x[offset(i, j) …]` with `dy`, which is zero where the grid has no output.
 *
 * Call it inside a tidy, which frees its tensors.
 */
export function tapGrid(x: tf.Tensor4D, dy: tf.Tensor4D, window: Window) {
  const { kernel, stride, dilation } = window
  const [n, , , c] = x.shape
  const [vertical, horizontal] = samePaddings(x.shape, window)
  const padded = tf.pad(x, [
    [0, 0],
    [vertical.before, vertical.after],
    [horizontal.before, horizontal.after],
    [0, 0],
  ])
  const [, height, width] = padded.shape
  const up = spread(dy, stride)
  const grid = tf.pad(up, [
    [0, 0],
    [0, height - up.shape[1]],
    [0, width - up.shape[2]],
    [0, 0],
  ])
  const span = (kernel[0] - 1) * dilation[0] * width + (kernel[1] - 1) * dilation[1]
  const rows = n * height * width - span
  const flat = tf.reshape(padded, [n * height * width, c])
  return {
    dy: tf.slice(tf.reshape(grid, [n * height * width, dy.shape[3]]), [0, 0], [rows, dy.shape[3]]),
    tap: (i: number, j: number) => tf.slice(flat, [i * dilation[0] * width + j * dilation[1], 0], [rows, c]),
  }
}

/**
 * Σ over the rows of [rows, C], as [1, C]. Without a kernel for that it is computed by an average pooling over one
 * window of all rows, because `tf.sum` would transpose first. Its gradient is never needed.
 */
export function sumRows(x: tf.Tensor2D): tf.Tensor2D {
  if (currentDevice().has('Sum')) return tf.sum(x, 0, true)
  const [rows, channels] = x.shape
  const mean = tf.avgPool(tf.reshape<tf.Rank.R4>(x, [1, rows, 1, channels]), [rows, 1], 1, 'valid')
  return tf.mul(tf.reshape(mean, [1, channels]), rows)
}

/** [N, …, C] as [rows, C]. */
export function toRows(x: tf.Tensor): tf.Tensor2D {
  const channels = x.shape[x.shape.length - 1]!
  return tf.reshape(x, [x.size / channels, channels])
}
