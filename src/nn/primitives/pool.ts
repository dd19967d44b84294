import * as tf from '@tensorflow/tfjs-core'
import { avgPool, maxPool } from '../ops/pool.js'
import { windowShape } from './conv.js'
import { imageShape, primitive } from './types.js'

/** Max pooling, `same` padding: attrs kernel, stride. With kernel 1 it takes every stride-th position. */
export const maxPooling = primitive({
  kind: 'max-pool',
  shape: ([input], attrs) => windowShape('max-pool', input!, attrs),
  forward: ({ inputs, attrs }) =>
    maxPool(inputs[0] as tf.Tensor4D, attrs.kernel as number, attrs.stride as number),
})

/** Average pooling, `same` padding, padding not counted: attrs kernel, stride. */
export const averagePooling = primitive({
  kind: 'avg-pool',
  shape: ([input], attrs) => windowShape('avg-pool', input!, attrs),
  forward: ({ inputs, attrs }) =>
    avgPool(inputs[0] as tf.Tensor4D, attrs.kernel as number, attrs.stride as number),
})

/** The mean over all positions: [H, W, C] → [C]. */
export const globalAveragePooling = primitive({
  kind: 'global-avg-pool',
  shape: ([input]) => [imageShape('global-avg-pool', input!)[2]],
  forward: ({ inputs }) => tf.mean(inputs[0] as tf.Tensor4D, [1, 2]),
})
