import type { Node } from './graph.js'

/**
 * Fuses several nodes into one where a training pass does not need to store the values between them:
 *
 * - ReLU → depthwise becomes one node that reads the ReLU's input;
 * - batch norm → ReLU → depthwise becomes one node that reads the batch norm's input, if nothing else reads
 *   the values in between;
 * - batch norms → mix becomes one node that reads the batch norms' inputs;
 * - either kind of depthwise → pointwise becomes one node, `separable`;
 * - where a batch norm that was fused into its reader follows a `separable` node or a convolution, that node
 *   computes the batch norm's gradient, because its backward pass reads the same values anyway. Such a
 *   convolution becomes `conv-norm`.
 *
 * Only batch norms without scale and offset are fused. The nodes must be in topological order. `outside`
 * holds the ids that are read from outside, `trained` those of the nodes whose parameters are trained.
 */
export function fuse(
  nodes: readonly Node[],
  outside: ReadonlySet<string>,
  trained: ReadonlySet<string>,
): Node[] {
  const normless = withoutUnread(takeInNorms(nodes, outside), outside)
  return leaveNorms(withoutUnread(joinSeparables(normless, outside, trained), outside), outside)
}

/** Finds nodes by id and tells whether a node has only one reader. */
function reading(nodes: readonly Node[], outside: ReadonlySet<string>) {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const readers = new Map<string, Node[]>()
  for (const node of nodes) for (const id of node.inputs) readers.set(id, [...(readers.get(id) ?? []), node])
  const readOnlyBy = (id: string, reader: Node): boolean =>
    !outside.has(id) && readers.get(id)!.every(({ id: other }) => other === reader.id)
  return { byId, readOnlyBy }
}

function takeInNorms(nodes: readonly Node[], outside: ReadonlySet<string>): Node[] {
  const { byId, readOnlyBy } = reading(nodes, outside)
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
  return nodes.map((node) =>
    node.kind === 'depthwise' ? activated(node) : node.kind === 'mix' ? normalised(node) : node,
  )
}

function joinSeparables(
  nodes: readonly Node[],
  outside: ReadonlySet<string>,
  trained: ReadonlySet<string>,
): Node[] {
  const { byId, readOnlyBy } = reading(nodes, outside)
  return nodes.map((node) => {
    const depthwise = byId.get(node.inputs[0] ?? '')
    const { kernel, stride = 1, channels } = node.attrs
    if (node.kind !== 'conv' || kernel !== 1 || stride !== 1) return node
    if (depthwise?.kind !== 'activated-depthwise' || !readOnlyBy(depthwise.id, node)) return node
    // The gradients of both kernels are computed together, or neither is.
    if (trained.has(node.id) !== trained.has(depthwise.id)) return node
    const attrs = { ...depthwise.attrs, channels: channels!, depthwise: depthwise.id }
    return { ...node, kind: 'separable', inputs: depthwise.inputs, attrs }
  })
}

/**
 * Marks the batch norms whose gradients are left to the node before them: `left` on the reader, `behind` on
 * the node that computes the gradient.
 */
function leaveNorms(nodes: readonly Node[], outside: ReadonlySet<string>): Node[] {
  const { byId, readOnlyBy } = reading(nodes, outside)
  const behind = new Map<string, string>()
  const leftOf = (reader: Node, norms: readonly string[]): string[] =>
    norms.filter((norm, m) => {
      const id = reader.inputs[m]!
      const once = reader.inputs.filter((other) => other === id).length === 1
      if (norm === '' || !once || !takesNormUp(byId.get(id)) || !readOnlyBy(id, reader)) return false
      behind.set(id, norm)
      return true
    })
  const marked = nodes.map((node) => {
    const { kind, attrs } = node
    if (kind === 'normalised-mix') return withAttrs(node, { left: leftOf(node, attrs.norms as string[]) })
    if (kind !== 'separable' || attrs.norm === undefined) return node
    return withAttrs(node, { left: leftOf(node, [attrs.norm as string]) })
  })
  return marked.map((node) => {
    const norm = behind.get(node.id)
    if (norm === undefined) return node
    return withAttrs(node.kind === 'conv' ? { ...node, kind: 'conv-norm' } : node, { behind: norm })
  })
}

/** Whether this node can compute the gradient of the batch norm after it. */
const takesNormUp = (node: Node | undefined): boolean => node?.kind === 'separable' || node?.kind === 'conv'

const withAttrs = (node: Node, attrs: Node['attrs']): Node => ({
  ...node,
  attrs: { ...node.attrs, ...attrs },
})

/** Removes the nodes that nothing reads any more. */
function withoutUnread(nodes: readonly Node[], outside: ReadonlySet<string>): Node[] {
  const needed = new Set<string>()
  return [...nodes]
    .reverse()
    .filter(({ id, inputs }) => {
      if (!needed.has(id) && !outside.has(id)) return false
      inputs.forEach((input) => needed.add(input))
      return true
    })
    .reverse()
}
