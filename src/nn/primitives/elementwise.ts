import * as tf from '@tensorflow/tfjs-core'
import { activations, type Activation } from '../functions/activations.js'
import { splitFeatures } from '../functions/split.js'
import type { Attributes } from '../graph.js'
import { equalShapes, featuresOf, primitive, sizeOf, type Reads } from './types.js'

/** The network's input. Its value is given, not computed. */
export const input = primitive({
  kind: 'input',
  shape: (_inputs, attrs) => attrs.shape as number[],
  forward: () => {
    throw new Error('an input node is fed, not computed')
  },
  // If the gradient of the input is wanted, it is returned as the parameter `input:gradient`.
  backward: ({ dy }) => ({ inputs: [], parameters: { gradient: dy } }),
})

export type ActivationName = keyof typeof activations
export const activationNames = Object.keys(activations) as ActivationName[]
function functionOf({ function: name }: Attributes): Activation {
  const activationFunction: Activation | undefined = activations[name as ActivationName]
  if (!activationFunction)
    throw new Error(`unknown activation: ${String(name)}; activations: ${activationNames.join(', ')}`)
  return activationFunction
}

const reads: Readonly<Record<Activation['reads'], Reads>> = { x: { inputs: 'always' }, y: { output: true } }

/** An activation function: attrs function (relu, relu6, tanh, sigmoid, elu, swish, gelu, selu, mish). */
export const activation = primitive({
  kind: 'activation',
  featurewise: true,
  keepsZero: (attrs) => functionOf(attrs).keepsZero ?? true,
  shape([x], attrs) {
    functionOf(attrs)
    return x!
  },
  forward: ({ inputs, attrs }) => functionOf(attrs).of(inputs[0]!),
  reads: (attrs) => reads[functionOf(attrs).reads],
  backward: ({ inputs, output, attrs, dy, sums }) => {
    const { reads: what, gradient } = functionOf(attrs)
    return { inputs: [gradient(dy, what === 'x' ? inputs[0]! : output, sums[0])] }
  },
})

/** The sum of its inputs, each multiplied by a constant if attrs weights gives them. */
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

/** Concatenates its inputs along the last axis. */
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

/**
 * y = x · scale + offset for each feature, with constants. Derived networks use it for the standardisation of
 * data and for gate values that are kept.
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

/** y = x · scale for each feature, with factors that are learnt. */
export const scale = primitive({
  kind: 'scale',
  featurewise: true,
  keepsZero: () => true,
  shape: ([x]) => x!,
  parameters: ([x]) => ({
    scale: { shape: [featuresOf(x!)], init: 'ones', role: 'weight', outAxis: 0 },
  }),
  forward: ({ inputs, parameter }) => tf.mul(inputs[0]!, parameter('scale')),
  reads: { inputs: 'own' },
  backward: ({ inputs, parameter, dy, wanted }) => ({
    inputs: [wanted.inputs[0] ? tf.mul(dy, parameter('scale')) : undefined],
    ...(wanted.trained && {
      parameters: {
        scale: tf.sum(tf.reshape(tf.mul(dy, inputs[0]!), [-1, featuresOf(dy.shape)]), 0),
      },
    }),
  }),
  flops: (_inputs, output) => sizeOf(output),
})
