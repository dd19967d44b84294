import * as tf from '@tensorflow/tfjs-core'
import { crop as cropOp, cropGradient } from '../functions/crop.js'
import { avgPool } from '../functions/pool.js'
import type { Attributes, Shape } from '../graph.js'
import { primitive, sizeOf } from './types.js'
import { asImages, fromImages, spatialShape, windowOf } from './window.js'

/**
 * Crops an image by its first rows and columns, attrs top, left; or a series by its first steps, attrs left.
 */
export const crop = primitive({
  kind: 'crop',
  featurewise: true,
  keepsZero: () => true,
  shape: ([x], { top = 0, left }) => {
    const shape = spatialShape('crop', x!)
    const cut = shape.length === 2 ? [left] : [top, left]
    if (shape.length === 2 && top !== 0) throw new Error('a series is cropped by left alone')
    return [...cut.map((by, axis) => shape[axis]! - (by as number)), shape.at(-1)!]
  },
  forward: ({ inputs, attrs: { top = 0, left } }) =>
    fromImages(cropOp(asImages(inputs[0]!), top as number, left as number), inputs[0]!.shape.slice(1)),
  backward: ({ shapes, attrs: { top = 0, left }, dy }) => ({
    inputs: [fromImages(cropGradient(asImages(dy), top as number, left as number), shapes[0]!.slice(1))],
  }),
})

/**
 * Repeats every position `factor` times along each axis (nearest neighbour): [H, W, C] → [H · f, W · f, C],
 * or [T, C] → [T · f, C].
 */
export const upsample = primitive({
  kind: 'upsample',
  featurewise: true,
  keepsZero: () => true,
  shape: ([x], { factor }) => {
    const shape = spatialShape('upsample', x!)
    return [...shape.slice(0, -1).map((size) => size * (factor as number)), shape.at(-1)!]
  },
  forward: ({ inputs, attrs }) => {
    const shape = inputs[0]!.shape.slice(1)
    const images = asImages(inputs[0]!)
    const [rows, columns] = blockOf(shape, attrs).kernel
    const size: [number, number] = [images.shape[1] * rows, images.shape[2] * columns]
    return fromImages(tf.image.resizeNearestNeighbor(images, size), shape)
  },
  // The gradient is the sum over each block, which is the block's size times its mean.
  backward: ({ shapes, attrs, dy }) => {
    const shape = shapes[0]!.slice(1)
    const block = blockOf(shape, attrs)
    const dx = tf.mul<tf.Tensor4D>(avgPool(asImages(dy), block), sizeOf(block.kernel))
    return { inputs: [fromImages(dx, shape)] }
  },
})

/** The window that covers the copies of one position. */
const blockOf = (shape: Shape, { factor }: Attributes) =>
  windowOf(shape, { kernel: factor!, stride: factor! })

/** [H, W, C] → [H · W · C]. */
export const flatten = primitive({
  kind: 'flatten',
  shape: ([x]) => [sizeOf(x!)],
  forward: ({ inputs }) => tf.reshape(inputs[0]!, [inputs[0]!.shape[0], -1]),
  backward: ({ shapes, dy }) => ({ inputs: [tf.reshape(dy, [...shapes[0]!])] }),
})

/** The same values in another shape: attrs shape, without the batch axis. */
export const reshape = primitive({
  kind: 'reshape',
  shape: ([x], attrs) => {
    const shape = attrs.shape as readonly number[]
    if (sizeOf(shape) !== sizeOf(x!))
      throw new Error(
        `reshape expects a shape of ${sizeOf(x!)} values, as [${x!.join(', ')}] has, got [${shape.join(', ')}]`,
      )
    return shape
  },
  forward: ({ inputs, attrs }) =>
    tf.reshape(inputs[0]!, [inputs[0]!.shape[0], ...(attrs.shape as readonly number[])]),
  backward: ({ shapes, dy }) => ({ inputs: [tf.reshape(dy, [...shapes[0]!])] }),
})
