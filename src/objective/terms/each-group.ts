import * as tf from '@tensorflow/tfjs-core'
import type { GateGroup } from '../../supernet/types.js'
import type { LayerGates } from './types.js'

/** R of a layer as the sum of a value of each of its groups: mixture weights [M] → a scalar. */
export function eachGroup(
  value: (mixture: tf.Tensor1D, group: GateGroup, layer: LayerGates) => tf.Scalar,
): (layer: LayerGates) => tf.Scalar {
  return (layer) =>
    layer.groups
      .map((group) => value(layer.mixture(group.name), group, layer))
      .reduce((sum, each) => tf.add(sum, each))
}

/** Mixture weights as a distribution, p = mixture / Σ mixture: a common factor drops out. */
export const distribution = (mixture: tf.Tensor1D): tf.Tensor1D => tf.div(mixture, tf.sum(mixture))

/** How many members of a group are wanted: its total, and no more than are left of it. */
export const wanted = ({ total, members }: GateGroup): number => Math.min(total, members.length)
