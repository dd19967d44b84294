import * as tf from '@tensorflow/tfjs-core'
import { toRows, sumRows } from '../ops/spatial.js'
import { weightedSum } from '../ops/weighted-sum.js'
import { equalShapes, featuresOf, primitive } from './types.js'

/**
 * The mixed operation's sum over a gate group, Σ_m g_m · x_m: attrs group, members (one an input). Inputs
 * may be any members of the group; the others stand in other mixes.
 */
export const mix = primitive({
  kind: 'mix',
  shape: (inputs) => equalShapes('mix', inputs),
  forward: ({ inputs, attrs, context }) => weightedSum(inputs, context.mixture(attrs.group as string)),
})

/** Multiplies each feature by its gate: attrs group, members (one a feature). */
export const units = primitive({
  kind: 'units',
  featurewise: true,
  shape: ([x], attrs) => {
    const members = attrs.members as string[]
    if (featuresOf(x!) !== members.length)
      throw new Error(`units expect ${members.length} features, got ${featuresOf(x!)}`)
    return x!
  },
  forward: ({ inputs, attrs, context }) => scaleFeatures(inputs[0]!, context.mixture(attrs.group as string)),
})

/** x ⊙ g over the last axis, with a gradient of g that sums rows fast. */
function scaleFeatures(x: tf.Tensor, gates: tf.Tensor1D): tf.Tensor {
  const operation = tf.customGrad((...args) => {
    const [input, g, save] = args as unknown as [tf.Tensor, tf.Tensor1D, tf.GradSaveFunc]
    save([input, g])
    return {
      value: tf.mul(input, g),
      gradFunc: (dy: tf.Tensor, [saved, weights]: tf.Tensor[]) => [
        tf.mul(dy, weights!),
        tf.reshape(sumRows(tf.mul(toRows(dy), toRows(saved!))), g.shape),
      ],
    }
  })
  return operation(x, gates)
}
