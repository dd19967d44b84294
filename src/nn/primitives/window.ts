import * as tf from '@tensorflow/tfjs-core'
import { samePadding, type Pair, type Window } from '../functions/spatial.js'
import type { Attributes, Shape } from '../graph.js'

/*
 * Windows slide over images [H, W, C] and over series [T, C]. A series is treated as an image of one row,
 * [1, T, C], under a window of one row: the kernels are fastest in this layout, and nothing is copied.
 */

export type Shape4 = [number, number, number, number]

const isSeries = (shape: Shape): boolean => shape.length === 2

/** Returns the shape; throws unless it is that of an image, [H, W, C], or a series, [T, C]. */
export function spatialShape(kind: string, shape: Shape): Shape {
  if (shape.length === 2 || shape.length === 3) return shape
  throw new Error(`${kind} expects an image [H, W, C] or a series [T, C], got [${shape.join(', ')}]`)
}

/**
 * A value along both axes of an image; for a series, `value` along its one axis and `across` for its single
 * row.
 */
const along = (shape: Shape, value: number, across = 1): Pair => [isSeries(shape) ? across : value, value]

/** The size of a kernel over inputs of a shape: [k, k] over images, [1, k] over series. */
export const kernelSize = (shape: Shape, attrs: Attributes): Pair => along(shape, attrs.kernel as number)

/** The window of attrs kernel, stride and dilation over inputs of a shape (without the batch axis). */
export const windowOf = (shape: Shape, attrs: Attributes): Window => ({
  kernel: kernelSize(shape, attrs),
  stride: along(shape, (attrs.stride as number | undefined) ?? 1),
  dilation: along(shape, (attrs.dilation as number | undefined) ?? 1),
})

/** The output shape of a `same` window with stride: [⌈H / s⌉, ⌈W / s⌉, C] or [⌈T / s⌉, C]. */
export function windowShape(kind: string, input: Shape, attrs: Attributes, channels?: number): Shape {
  const shape = spatialShape(kind, input)
  const { kernel, stride, dilation = 1 } = attrs as unknown as Record<string, number>
  const sizes = shape.slice(0, -1).map((size) => samePadding(size, kernel!, stride!, dilation).out)
  return [...sizes, channels ?? shape.at(-1)!]
}

/** Multiply-adds of a window at one position and channel. */
export const windowTaps = (input: Shape, attrs: Attributes): number =>
  (attrs.kernel as number) ** (input.length - 1)

/** The shape of a batch, seen as images: [N, T, C] → [N, 1, T, C]. */
export const imageShape = (batch: readonly number[]): Shape4 =>
  (batch.length === 3 ? [batch[0], 1, batch[1], batch[2]] : [...batch]) as Shape4

/** A batch seen as images, without a copy. */
export const asImages = (x: tf.Tensor): tf.Tensor4D =>
  x.rank === 4 ? (x as tf.Tensor4D) : tf.reshape<tf.Rank.R4>(x, imageShape(x.shape))

/** The inverse of `asImages`: a series again if `shape` (without the batch axis) is one. */
export function fromImages(x: tf.Tensor, shape: Shape): tf.Tensor {
  if (!isSeries(shape) || x.rank !== 4) return x
  const [n, , t, c] = x.shape as Shape4
  return tf.reshape(x, [n, t, c])
}
