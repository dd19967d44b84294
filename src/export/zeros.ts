import type { PlainNetwork } from './fold.js'

/**
 * Replaces every `zeros` node by 0 · x of an earlier node x of the same shape, because standard layers have
 * no constants; the function stays the same. There is always such a node, because an edge that keeps nothing
 * follows a state of its own shape.
 */
export function withoutZeroNodes({ graph, values }: PlainNetwork): PlainNetwork {
  const scales = new Map<string, Float32Array>()
  const nodes = graph.nodes.map((node, at) => {
    if (node.kind !== 'zeros') return node
    const like = graph.nodes.slice(0, at).find(({ shape }) => shape.join() === node.shape.join())
    if (!like) throw new Error(`${node.id}: no node of shape [${node.shape.join(', ')}] stands before it`)
    scales.set(`${node.id}:scale`, new Float32Array(node.shape.at(-1)!))
    return { ...node, kind: 'affine', inputs: [like.id], attrs: {} }
  })
  return { graph: { ...graph, nodes }, values: new Map([...values, ...scales]) }
}
