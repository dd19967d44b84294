import type { Node } from '../nn/graph.js'

/**
 * Inserts a `drop-path` after every operation of an edge (Larsson et al., arXiv:1605.07648): in training, it
 * leaves the operation out for some examples. An edge that passes its input through has no operation to leave
 * out.
 */
export function withDropPaths(nodes: readonly Node[], rate: number): Node[] {
  return nodes.flatMap((node) => {
    if (node.kind !== 'mix') return [node]
    const scope = node.id.slice(0, node.id.lastIndexOf('/') + 1)
    const dropped: Node[] = []
    const inputs = node.inputs.map((input, i) => {
      if (!input.startsWith(scope)) return input
      const id = `${scope}drop-path${i > 0 ? `-${i + 1}` : ''}`
      dropped.push({ ...node, id, kind: 'drop-path', inputs: [input], attrs: { rate } })
      return id
    })
    return [...dropped, { ...node, inputs }]
  })
}
