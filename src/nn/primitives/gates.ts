import * as tf from '@tensorflow/tfjs-core'
import { sumRows, toRows } from '../functions/spatial.js'
import { gateGradients, scaledBy, weightedSum } from '../functions/weighted-sum.js'
import type { Attributes } from '../graph.js'
import { equalShapes, featuresOf, primitive } from './types.js'

/**
 * The mixed operation's sum over a gate group, Σ_m g_m · x_m. attrs: group; members; and `empty`, the name of
 * the member that carries nothing (`none`), if there is one. Every other member has an input, in order.
 */
export const mix = primitive({
  kind: 'mix',
  shape: (inputs) => equalShapes('mix', inputs),
  forward: ({ inputs, attrs, context }) =>
    weightedSum(inputs, carried(context.mixture(attrs.group as string), attrs)),
  reads: { inputs: 'own' },
  backward: ({ inputs, shapes, attrs, context, dy, wanted }) => {
    const gates = carried(context.mixture(attrs.group as string), attrs)
    return {
      inputs: shapes.map((_, m) => (wanted.inputs[m] ? scaledBy(dy, gates, m) : undefined)),
      ...(wanted.trained && { mixture: withEmpty(gateGradients(inputs, dy), attrs) }),
    }
  },
})

/** The index of the empty member, or −1. */
const emptyAt = ({ members, empty }: Attributes): number => (members as string[]).indexOf(empty as string)

/** The gates of all members but the empty one. */
export function carried(gates: tf.Tensor1D, attrs: Attributes): tf.Tensor1D {
  const at = emptyAt(attrs)
  if (at < 0) return gates
  return tf.concat([tf.slice(gates, [0], [at]), tf.slice(gates, [at + 1], [gates.size - at - 1])])
}

/** The gradients of all gates, in which that of the empty member is 0. */
export function withEmpty(gradients: tf.Tensor1D, attrs: Attributes): tf.Tensor1D {
  const at = emptyAt(attrs)
  if (at < 0) return gradients
  const [before, behind] = [tf.slice(gradients, [0], [at]), tf.slice(gradients, [at], [gradients.size - at])]
  return tf.concat([before, tf.zeros([1]), behind])
}

/** Multiplies each feature by its gate: attrs group, members (one per feature). */
export const units = primitive({
  kind: 'units',
  featurewise: true,
  shape: ([x], attrs) => {
    const members = attrs.members as string[]
    if (featuresOf(x!) !== members.length)
      throw new Error(`units expect ${members.length} features, got ${featuresOf(x!)}`)
    return x!
  },
  forward: ({ inputs, attrs, context }) => tf.mul(inputs[0]!, context.mixture(attrs.group as string)),
  reads: { inputs: 'own' },
  backward: ({ inputs, attrs, context, dy, wanted }) => ({
    inputs: [tf.mul(dy, context.mixture(attrs.group as string))],
    ...(wanted.trained && {
      mixture: tf.reshape<tf.Rank.R1>(sumRows(tf.mul(toRows(dy), toRows(inputs[0]!))), [-1]),
    }),
  }),
})
