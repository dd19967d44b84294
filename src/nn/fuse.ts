import type { Node } from './graph.js'

/**
 * Puts one node in place of several where a training pass need not write down what lies between them:
 *
 * - ReLU → depthwise reads ReLU's input;
 * - batch norm → ReLU → depthwise reads the batch norm's, where nobody else reads that;
 * - batch norms → mix reads theirs.
 *
 * Only batch norms without scale and offset are taken in. The nodes must be in order; `outputs` are the
 * ids that are read from outside.
 */
export function fuse(nodes: readonly Node[], outputs: readonly string[]): Node[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const readers = new Map<string, Node[]>()
  for (const node of nodes) for (const id of node.inputs) readers.set(id, [...(readers.get(id) ?? []), node])
  const outside = new Set(outputs)
  const readOnlyBy = (id: string, reader: Node): boolean =>
    !outside.has(id) && readers.get(id)!.every(({ id: other }) => other === reader.id)
  const plainNorm = (id: string): Node | undefined => {
    const node = byId.get(id)
    return node?.kind === 'batch-norm' && !node.attrs.affine ? node : undefined
  }

  const activated = (node: Node): Node => {
    const relu = byId.get(node.inputs[0]!)
    if (relu?.kind !== 'activation' || relu.attrs.function !== 'relu') return node
    const norm = plainNorm(relu.inputs[0]!)
    const lone = norm && readOnlyBy(relu.id, node) && readOnlyBy(norm.id, relu)
    return {
      ...node,
      kind: 'activated-depthwise',
      inputs: lone ? norm.inputs : relu.inputs,
      attrs: lone ? { ...node.attrs, norm: norm.id } : node.attrs,
    }
  }
  const normalised = (node: Node): Node => {
    const norms = node.inputs.map((id) => {
      const norm = plainNorm(id)
      return norm && readOnlyBy(id, node) ? norm : undefined
    })
    if (norms.every((norm) => !norm)) return node
    return {
      ...node,
      kind: 'normalised-mix',
      inputs: node.inputs.map((id, m) => norms[m]?.inputs[0] ?? id),
      attrs: { ...node.attrs, norms: norms.map((norm) => norm?.id ?? '') },
    }
  }
  const fused = nodes.map((node) =>
    node.kind === 'depthwise' ? activated(node) : node.kind === 'mix' ? normalised(node) : node,
  )
  return withoutUnread(fused, outside)
}

/** Leaves out the nodes that nobody reads any more. */
function withoutUnread(nodes: readonly Node[], outside: ReadonlySet<string>): Node[] {
  const needed = new Set(outside)
  return [...nodes]
    .reverse()
    .filter(({ id, inputs }) => {
      if (!needed.has(id)) return false
      inputs.forEach((input) => needed.add(input))
      return true
    })
    .reverse()
}
