import * as tf from '@tensorflow/tfjs-core'
import { avgPool, avgPoolGradient, maxPool, maxPoolGradient, spreadMean } from '../functions/pool.js'
import { featuresOf, primitive } from './types.js'
import { asImages, fromImages, imageShape, spatialShape, windowOf, windowShape } from './window.js'

/**
 * Max pooling over an image or a series, `same` padding: attrs kernel, stride. With kernel 1 it takes every
 * stride-th position.
 */
export const maxPooling = primitive({
  kind: 'max-pool',
  featurewise: true,
  keepsZero: () => true,
  shape: ([input], attrs) => windowShape('max-pool', input!, attrs),
  forward: ({ inputs, attrs }) => {
    const shape = inputs[0]!.shape.slice(1)
    return fromImages(maxPool(asImages(inputs[0]!), windowOf(shape, attrs)), shape)
  },
  reads: { inputs: 'always', output: true },
  backward: ({ inputs, output, shapes, attrs, dy, sums }) => {
    const shape = shapes[0]!.slice(1)
    const [d, x, y] = [asImages(dy), asImages(inputs[0]!), asImages(output)]
    return { inputs: [fromImages(maxPoolGradient(d, x, y, windowOf(shape, attrs), sums[0]), shape)] }
  },
})

/** Average pooling over an image or a series, `same` padding, padding not counted: attrs kernel, stride. */
export const averagePooling = primitive({
  kind: 'avg-pool',
  featurewise: true,
  keepsZero: () => true,
  shape: ([input], attrs) => windowShape('avg-pool', input!, attrs),
  forward: ({ inputs, attrs }) => {
    const shape = inputs[0]!.shape.slice(1)
    return fromImages(avgPool(asImages(inputs[0]!), windowOf(shape, attrs)), shape)
  },
  backward: ({ shapes, attrs, dy, sums }) => {
    const shape = shapes[0]!.slice(1)
    const dx = avgPoolGradient(asImages(dy), imageShape(shapes[0]!), windowOf(shape, attrs), sums[0])
    return { inputs: [fromImages(dx, shape)] }
  },
})

/** The mean over all positions: [H, W, C] or [T, C] → [C]. */
export const globalAveragePooling = primitive({
  kind: 'global-avg-pool',
  featurewise: true,
  keepsZero: () => true,
  shape: ([input]) => [featuresOf(spatialShape('global-avg-pool', input!))],
  forward: ({ inputs }) => tf.mean(asImages(inputs[0]!), [1, 2]),
  backward: ({ shapes, dy }) => {
    const dx = spreadMean(dy as tf.Tensor2D, imageShape(shapes[0]!))
    return { inputs: [fromImages(dx, shapes[0]!.slice(1))] }
  },
})
