import * as tf from '@tensorflow/tfjs-core'
import { avgPool, avgPoolGradient, maxPool, maxPoolGradient, spreadMean } from '../ops/pool.js'
import { windowShape } from './conv.js'
import { imageShape, primitive } from './types.js'

type Shape4 = [number, number, number, number]

/** Max pooling, `same` padding: attrs kernel, stride. With kernel 1 it takes every stride-th position. */
export const maxPooling = primitive({
  kind: 'max-pool',
  shape: ([input], attrs) => windowShape('max-pool', input!, attrs),
  forward: ({ inputs, attrs }) =>
    maxPool(inputs[0] as tf.Tensor4D, attrs.kernel as number, attrs.stride as number),
  reads: { inputs: 'always', output: true },
  backward: ({ inputs, output, attrs, dy }) => {
    const [d, x, y] = [dy, inputs[0], output] as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D]
    return { inputs: [maxPoolGradient(d, x, y, attrs.kernel as number, attrs.stride as number)] }
  },
})

/** Average pooling, `same` padding, padding not counted: attrs kernel, stride. */
export const averagePooling = primitive({
  kind: 'avg-pool',
  shape: ([input], attrs) => windowShape('avg-pool', input!, attrs),
  forward: ({ inputs, attrs }) =>
    avgPool(inputs[0] as tf.Tensor4D, attrs.kernel as number, attrs.stride as number),
  backward: ({ shapes, attrs, dy }) => ({
    inputs: [
      avgPoolGradient(dy as tf.Tensor4D, shapes[0] as Shape4, attrs.kernel as number, attrs.stride as number),
    ],
  }),
})

/** The mean over all positions: [H, W, C] → [C]. */
export const globalAveragePooling = primitive({
  kind: 'global-avg-pool',
  shape: ([input]) => [imageShape('global-avg-pool', input!)[2]],
  forward: ({ inputs }) => tf.mean(inputs[0] as tf.Tensor4D, [1, 2]),
  backward: ({ shapes, dy }) => ({ inputs: [spreadMean(dy as tf.Tensor2D, shapes[0] as Shape4)] }),
})
