import * as tf from '@tensorflow/tfjs-core'
import { equalShapes, featuresOf, primitive, sizeOf } from './types.js'

/** The network's input; fed, not computed. */
export const input = primitive({
  kind: 'input',
  shape: (_inputs, attrs) => attrs.shape as number[],
  forward: () => {
    throw new Error('an input node is fed, not computed')
  },
})

const functions = {
  relu: (x: tf.Tensor) => tf.relu(x),
  tanh: (x: tf.Tensor) => tf.tanh(x),
  sigmoid: (x: tf.Tensor) => tf.sigmoid(x),
  elu: (x: tf.Tensor) => tf.elu(x),
}
export type ActivationName = keyof typeof functions

/** An activation function: attrs function (relu, tanh, sigmoid, elu). */
export const activation = primitive({
  kind: 'activation',
  featurewise: true,
  shape: ([x]) => x!,
  forward: ({ inputs, attrs }) => functions[attrs.function as ActivationName](inputs[0]!),
})

/** The sum of its inputs, each times a constant where attrs weights gives them. */
export const add = primitive({
  kind: 'add',
  shape: (inputs) => equalShapes('add', inputs),
  forward: ({ inputs, attrs }) => {
    const weights = attrs.weights as readonly number[] | undefined
    const scaled = inputs.map((x, i) => (weights ? tf.mul(x, weights[i]!) : x))
    return scaled.reduce((sum, x) => tf.add(sum, x))
  },
})

/** Its inputs side by side on the last axis. */
export const concat = primitive({
  kind: 'concat',
  shape: (inputs) => [
    ...equalShapes(
      'concat',
      inputs.map((x) => x.slice(0, -1)),
    ),
    inputs.reduce((sum, x) => sum + featuresOf(x), 0),
  ],
  forward: ({ inputs }) => tf.concat([...inputs], inputs[0]!.shape.length - 1),
})

/** [H, W, C] → [H · W · C]. */
export const flatten = primitive({
  kind: 'flatten',
  shape: ([x]) => [sizeOf(x!)],
  forward: ({ inputs }) => tf.reshape(inputs[0]!, [inputs[0]!.shape[0], -1]),
})

/**
 * y = x · scale + offset for each feature, with constants: what standardised data and kept gate values
 * become in a network of its own.
 */
export const affine = primitive({
  kind: 'affine',
  featurewise: true,
  shape: ([x]) => x!,
  parameters: ([x]) => ({
    scale: { shape: [featuresOf(x!)], init: 'ones', role: 'statistic', outAxis: 0 },
    offset: { shape: [featuresOf(x!)], init: 'zeros', role: 'statistic', outAxis: 0 },
  }),
  forward: ({ inputs, parameter }) => tf.add(tf.mul(inputs[0]!, parameter('scale')), parameter('offset')),
})
