import * as tf from '@tensorflow/tfjs-core'
import type { Attributes } from '../graph.js'
import { reluGradient } from '../ops/relu.js'
import { splitFeatures } from '../ops/split.js'
import { equalShapes, featuresOf, primitive, sizeOf } from './types.js'

/** The network's input; fed, not computed. */
export const input = primitive({
  kind: 'input',
  shape: (_inputs, attrs) => attrs.shape as number[],
  forward: () => {
    throw new Error('an input node is fed, not computed')
  },
  // Where its gradient is asked for, it stands under `input:gradient`.
  backward: ({ dy }) => ({ inputs: [], parameters: { gradient: dy } }),
})

/** Each function, and its gradient by its output y. */
const functions = {
  relu: { of: (x: tf.Tensor) => tf.relu(x), gradient: reluGradient },
  tanh: {
    of: (x: tf.Tensor) => tf.tanh(x),
    gradient: (dy: tf.Tensor, y: tf.Tensor) => tf.mul(dy, tf.sub(1, tf.square(y))),
  },
  sigmoid: {
    of: (x: tf.Tensor) => tf.sigmoid(x),
    gradient: (dy: tf.Tensor, y: tf.Tensor) => tf.mul(dy, tf.mul(y, tf.sub(1, y))),
  },
  elu: {
    of: (x: tf.Tensor) => tf.elu(x),
    gradient: (dy: tf.Tensor, y: tf.Tensor) => tf.mul(dy, tf.add(tf.minimum(y, 0), 1)),
  },
}
export type ActivationName = keyof typeof functions
const functionOf = ({ function: name }: Attributes) => functions[name as ActivationName]

/** An activation function: attrs function (relu, tanh, sigmoid, elu). */
export const activation = primitive({
  kind: 'activation',
  featurewise: true,
  shape: ([x]) => x!,
  forward: ({ inputs, attrs }) => functionOf(attrs).of(inputs[0]!),
  reads: { output: true },
  backward: ({ output, attrs, dy }) => ({ inputs: [functionOf(attrs).gradient(dy, output)] }),
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
  backward: ({ shapes, attrs, dy }) => {
    const weights = attrs.weights as readonly number[] | undefined
    return { inputs: shapes.map((_, i) => (weights ? tf.mul(dy, weights[i]!) : dy)) }
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
  backward: ({ shapes, dy }) => ({ inputs: splitFeatures(dy, shapes.map(featuresOf)) }),
})

/** [H, W, C] → [H · W · C]. */
export const flatten = primitive({
  kind: 'flatten',
  shape: ([x]) => [sizeOf(x!)],
  forward: ({ inputs }) => tf.reshape(inputs[0]!, [inputs[0]!.shape[0], -1]),
  backward: ({ shapes, dy }) => ({ inputs: [tf.reshape(dy, [...shapes[0]!])] }),
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
  backward: ({ parameter, dy }) => ({ inputs: [tf.mul(dy, parameter('scale'))] }),
})
