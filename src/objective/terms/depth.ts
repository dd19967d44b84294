import * as tf from '@tensorflow/tfjs-core'
import { hasWeights } from '../../nn/cost.js'
import type { Node } from '../../nn/graph.js'
import { carryingMembers } from '../../nn/transform.js'
import { distribution } from './each-group.js'
import type { LayerGates, Term } from './types.js'

/**
 * R = the expected depth of the layer: convolutions and products on its longest path, counted by `d` along
 * the graph from 0 at the layer's inputs. If cells share α, it is the depth of all of them together.
 *
 * - a node with weights: d = 1 + d(input);
 * - a mixed operation: d = Σ p_m d(x_m);
 * - a node that sums `total` of its inputs: d = max_i min(1, g_i) d(x_i);
 * - any other node: the largest d of its inputs.
 *
 * For a discrete architecture it is the architecture's depth.
 */
export const depth: Term = {
  name: 'depth',
  description: 'expected weighted nodes on the longest path: pushes towards shallow members; unit: nodes',
  gates: { value: expectedDepth },
}

/**
 * A depth base + offset: the base is what candidates on one edge share, the offset what each adds. A missing
 * base is 0.
 */
interface Depth {
  readonly base?: tf.Tensor | undefined
  readonly offset: number
}

function expectedDepth(layer: LayerGates): tf.Scalar {
  const groups = new Map(layer.groups.map((group) => [group.name, group]))
  const { nodes } = layer.supernet.graph
  const layers = new Set(
    nodes.filter(({ attrs }) => groups.has(attrs.group as string)).map((node) => node.layer),
  )
  const inside = nodes.filter((node) => layers.has(node.layer))
  const depths = new Map<string, Depth>()
  for (const node of inside) {
    const inputs = node.inputs.map((id) => depths.get(id) ?? { offset: 0 })
    depths.set(node.id, depthOf(node, inputs, layer))
  }
  const read = new Set(inside.flatMap(({ inputs }) => inputs))
  return tensorOf(deepest(inside.flatMap(({ id }) => (read.has(id) ? [] : [depths.get(id)!]))))
}

function depthOf(node: Node, inputs: readonly Depth[], layer: LayerGates): Depth {
  if (node.kind !== 'mix') {
    const { base, offset } = deepest(inputs)
    return { base, offset: offset + Number(hasWeights(node)) }
  }
  const group = layer.supernet.groups.find(({ name }) => name === node.attrs.group)!
  const mixture = layer.mixture(group.name)
  const places = carryingMembers(node).map((member) => group.members.findIndex(({ name }) => name === member))
  const scatter = (values: readonly number[]) =>
    tf.tensor1d(
      group.members.map((_, place) => (places.includes(place) ? values[places.indexOf(place)]! : 0)),
    )
  const isChoice = group.kind === 'operations' && group.keep.max === 1
  if (isChoice && inputs.every(({ base }) => base === inputs[0]!.base)) {
    const added = tf.sum(tf.mul(distribution(mixture), scatter(inputs.map(({ offset }) => offset))))
    const { base } = inputs[0]!
    if (base === undefined) return { base: added, offset: 0 }
    // A member that carries nothing ends the path.
    const carried = tf.sum(tf.mul(distribution(mixture), scatter(inputs.map(() => 1))))
    return { base: tf.add(tf.mul(base, carried), added), offset: 0 }
  }
  const share = tf.mul(distribution(mixture), group.total)
  const weighted = inputs.map((each, i) => {
    const weight = tf.minimum(1, tf.sum(tf.mul(share, scatter(inputs.map((_, j) => Number(i === j))))))
    return { base: tf.mul(weight, tensorOf(each)), offset: 0 }
  })
  if (isChoice)
    return { base: weighted.map(({ base }) => base).reduce((sum, each) => tf.add(sum, each)), offset: 0 }
  return deepest(weighted)
}

const tensorOf = ({ base, offset }: Depth): tf.Scalar =>
  base === undefined
    ? tf.scalar(offset)
    : offset === 0
      ? (base as tf.Scalar)
      : tf.add<tf.Scalar>(base, offset)

/** The largest of some depths. Those with the same base are compared by their offsets alone. */
function deepest(depths: readonly Depth[]): Depth {
  const offsets = new Map<tf.Tensor | undefined, number>()
  for (const { base, offset } of depths) offsets.set(base, Math.max(offsets.get(base) ?? 0, offset))
  const all = [...offsets].map(([base, offset]) => ({ base, offset }))
  // A path that starts at the layer's input with offset 0 is never longer than the others.
  const longest = all.filter(({ base, offset }) => base !== undefined || offset > 0 || all.length === 1)
  if (longest.length === 0) return { offset: 0 }
  if (longest.length === 1) return longest[0]!
  return { base: longest.map(tensorOf).reduce((most, each) => tf.maximum(most, each)), offset: 0 }
}
