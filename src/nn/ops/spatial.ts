import * as tf from '@tensorflow/tfjs-core'

/**
 * The geometry of a convolution or pooling with TensorFlow's `same` padding along one axis: `out`
 * positions, the padding `before` and `after`.
 */
export function samePadding(size: number, kernel: number, stride: number, dilation: number) {
  const out = Math.ceil(size / stride)
  const total = Math.max((out - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
  const before = Math.floor(total / 2)
  return { out, before, after: total - before }
}

/** Kernel, stride and dilation of a window, the same along both axes. */
export interface Window {
  readonly kernel: number
  readonly stride: number
  readonly dilation: number
}

/** Puts stride − 1 zeros between the positions of [N, h, w, C]: [N, (h−1)·stride+1, (w−1)·stride+1, C]. */
export function spread(x: tf.Tensor4D, stride: number): tf.Tensor4D {
  if (stride === 1) return x
  const [n, h, w, c] = x.shape
  const columns = tf.pad(tf.reshape(x, [n * h * w, 1, c]), [
    [0, 0],
    [0, stride - 1],
    [0, 0],
  ])
  const rows = tf.pad(tf.reshape(columns, [n * h, 1, w * stride * c]), [
    [0, 0],
    [0, stride - 1],
    [0, 0],
  ])
  return crop(tf.reshape(rows, [n, h * stride, w * stride, c]), (h - 1) * stride + 1, (w - 1) * stride + 1)
}

/** The upper left [N, height, width, C] of a batch of images. */
function crop(x: tf.Tensor4D, height: number, width: number): tf.Tensor4D {
  return tf.slice(x, [0, 0, 0, 0], [x.shape[0], height, width, x.shape[3]])
}

/** Every stride-th position of [N, H, W, C], from the first. */
export function subsample(x: tf.Tensor4D, stride: number): tf.Tensor4D {
  return stride === 1 ? x : tf.maxPool(x, 1, stride, 'same')
}

/**
 * Input and output gradient of a window operation laid out so that each kernel tap is one contiguous
 * slice: x padded to the grid and flattened to [rows, C]; dy spread onto the same grid, [rows − last tap, C'].
 * Then the tap at (i, j) pairs `x[offset(i, j) …]` with `dy`, zero where the grid has no output.
 *
 * Keeps nothing: call it inside a tidy.
 */
export function tapGrid(x: tf.Tensor4D, dy: tf.Tensor4D, { kernel, stride, dilation }: Window) {
  const [n, h, w, c] = x.shape
  const vertical = samePadding(h, kernel, stride, dilation)
  const horizontal = samePadding(w, kernel, stride, dilation)
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
  const span = (kernel - 1) * dilation * (width + 1)
  const rows = n * height * width - span
  const flat = tf.reshape(padded, [n * height * width, c])
  return {
    dy: tf.slice(tf.reshape(grid, [n * height * width, dy.shape[3]]), [0, 0], [rows, dy.shape[3]]),
    tap: (i: number, j: number) => tf.slice(flat, [(i * width + j) * dilation, 0], [rows, c]),
  }
}

/**
 * Σ over the rows of [rows, C], as [1, C]. An average pooling over one window of all rows: 25 times faster
 * on wasm than `tf.sum`, which transposes first, and its gradient is never asked for.
 */
export function sumRows(x: tf.Tensor2D): tf.Tensor2D {
  const [rows, channels] = x.shape
  const mean = tf.avgPool(tf.reshape<tf.Rank.R4>(x, [1, rows, 1, channels]), [rows, 1], 1, 'valid')
  return tf.mul(tf.reshape(mean, [1, channels]), rows)
}

/** [N, …, C] as [rows, C]. */
export function toRows(x: tf.Tensor): tf.Tensor2D {
  const channels = x.shape[x.shape.length - 1]!
  return tf.reshape(x, [x.size / channels, channels])
}
