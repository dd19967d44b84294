import * as tf from '@tensorflow/tfjs-core'
import type { GateGroup } from '../../supernet/types.js'
import type { LayerGates } from './types.js'

/** R of a layer as the sum of a value for each of its groups: mixture weights [M] → a scalar. */
export function eachGroup(
  value: (mixture: tf.Tensor1D, group: GateGroup, layer: LayerGates) => tf.Scalar,
): (layer: LayerGates) => tf.Scalar {
  return (layer) =>
    layer.groups
      .map((group) => value(layer.mixture(group.name), group, layer))
      .reduce((sum, each) => tf.add(sum, each))
}

/** Mixture weights as a distribution, p = mixture / Σ mixture, in which a common factor cancels. */
export const distribution = (mixture: tf.Tensor1D): tf.Tensor1D => tf.div(mixture, tf.sum(mixture))

/** The number of members wanted in a group: its total, but at most its remaining members. */
export const wanted = ({ total, members }: GateGroup): number => Math.min(total, members.length)
