import * as tf from '@tensorflow/tfjs-core'
import type { GateGroup, Member } from '../../supernet/types.js'
import { distribution, wanted } from './each-group.js'
import type { LayerGates } from './types.js'

/**
 * The cost of a layer's members, each multiplied by how much of it is expected to stay:
 *
 *     Σ_groups Σ_m cost(m) · share(m) · Π share(every member that contains the group)
 *
 * with share = wanted · mixture / Σ mixture and wanted = min(total, members left). For an edge's operations
 * this is the probability of each; for a node's inputs or a layer's units, how many of them stay. An
 * operation therefore only counts as far as a node keeps its edge. It is a differentiable cost as in
 * ProxylessNAS (arXiv:1812.00332, eq. 7).
 */
export function expectedCost(
  layer: LayerGates,
  costOf: (group: GateGroup, member: string) => number,
): tf.Scalar {
  const share = (name: string): tf.Tensor1D => {
    const group = layer.supernet.groups.find((each) => each.name === name)!
    return tf.mul(distribution(layer.mixture(name)), wanted(group))
  }
  const kept = (name: string): tf.Scalar | undefined => {
    const above = layer.costs().above(name)
    if (!above) return undefined
    const memberShare = tf.sum<tf.Scalar>(tf.mul(share(above.group), oneHot(above.place, above.of)))
    const further = kept(above.group)
    return further ? tf.mul(memberShare, further) : memberShare
  }
  return layer.groups
    .map((group) => {
      const counts = ({ name }: Member) => layer.selected?.(group.name, name) ?? true
      const costs = tf.tensor1d(
        group.members.map((member) => (counts(member) ? costOf(group, member.name) : 0)),
      )
      const expected = tf.sum<tf.Scalar>(tf.mul(share(group.name), costs))
      const reached = kept(group.name)
      return reached ? tf.mul<tf.Scalar>(expected, reached) : expected
    })
    .reduce((sum, each) => tf.add(sum, each))
}

const oneHot = (place: number, size: number): tf.Tensor1D =>
  tf.tensor1d(Array.from({ length: size }, (_, i) => Number(i === place)))
