import type { Node } from '../nn/graph.js'
import type { PlainNetwork } from './fold.js'

/**
 * Removes the nodes that draw random numbers in training; the function in evaluation stays the same. Dropped
 * values and paths are replaced by their inputs. Noise is replaced by its mean, 0, expressed in standard
 * layers.
 */
export function withoutRandomNodes({ graph, values }: PlainNetwork): PlainNetwork {
  const renamed = new Map<string, string>()
  const result = new Map(values)
  const nodes: Node[] = []
  for (const original of graph.nodes) {
    const node = { ...original, inputs: original.inputs.map((id) => renamed.get(id) ?? id) }
    if (node.kind === 'dropout' || node.kind === 'drop-path') renamed.set(node.id, node.inputs[0]!)
    else if (node.kind === 'noise') {
      const window = { kernel: 1, stride: node.attrs.stride ?? 1 }
      const read: Node = { ...node, id: `${node.id}/read`, kind: 'max-pool', attrs: window }
      nodes.push(read, { ...node, kind: 'affine', inputs: [read.id], attrs: {} })
      result.set(`${node.id}:scale`, new Float32Array(node.shape.at(-1)!))
    } else nodes.push(node)
  }
  const outputs = Object.fromEntries(
    Object.entries(graph.outputs).map(([role, id]) => [role, renamed.get(id) ?? id]),
  )
  return { graph: { nodes, outputs }, values: result }
}
