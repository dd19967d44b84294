import { indexOf } from './graph-index.js'
import type { Attributes, Graph, Node } from './graph.js'
import { primitiveOf } from './primitives/index.js'
import { featuresOf, sizeOf } from './primitives/types.js'
import type { Slice } from './slice.js'
import { concernedNodes, nodesAbove, nodesBehind, sums } from './unit-reach.js'

/** A graph whose nodes are changed in place while it is cut. Which node reads which does not change. */
export interface GraphDraft {
  readonly graph: Graph
  readonly nodes: Map<string, Node>
}

/** Starts a draft of a graph. */
export const draftOf = (graph: Graph): GraphDraft => ({ graph, nodes: new Map(indexOf(graph).byId) })

/**
 * Removes all features of a units node except those at the places `kept`:
 *
 * - upstream, through featurewise nodes and sums, from the nodes that make them. Only the gate may read those
 *   nodes, since other readers would lose features that no gate closed for them;
 * - downstream, from the nodes that consume them. All nodes in between keep a closed feature at 0, so
 *   removing it changes no result.
 *
 * Each parameter on the way loses the same indices on its feature axis; after a `flatten` it loses them at
 * every position. Throws if a node on the way allows neither.
 */
export function cutUnits(draft: GraphDraft, id: string, kept: readonly number[]): ReadonlyMap<string, Slice> {
  const gate = draft.nodes.get(id)!
  const cut: Cut = { draft, gate, byId: draft.nodes, slices: new Map() }
  const changed = cutAbove(cut, kept)
  cutBelow(cut, kept)
  const members = kept.map((i) => (gate.attrs.members as string[])[i]!)
  changed.set(id, { ...gate.attrs, members })
  for (const node of concernedNodes(draft.graph, gate)) {
    const now = draft.nodes.get(node.id)!
    const attrs = changed.get(node.id) ?? now.attrs
    const inputs = now.inputs.map((input) => draft.nodes.get(input)!.shape)
    draft.nodes.set(node.id, { ...now, attrs, shape: primitiveOf(now.kind).shape(inputs, attrs) })
  }
  return cut.slices
}

/** The state of one cut. */
interface Cut {
  readonly draft: GraphDraft
  readonly gate: Node
  /** The nodes before the cut. */
  readonly byId: ReadonlyMap<string, Node>
  readonly slices: Map<string, Slice>
}

/** Cuts from the gate up to the nodes that make its features. Returns the new attributes of changed nodes. */
function cutAbove(cut: Cut, kept: readonly number[]): Map<string, Attributes> {
  const changed = new Map<string, Attributes>()
  const above = new Set(nodesAbove(cut.draft.graph, cut.gate).map(({ id }) => id))
  for (const id of above) {
    const node = cut.byId.get(id)!
    slice(cut, node, 'outAxis', kept)
    const { widthAttribute } = primitiveOf(node.kind)
    if (widthAttribute) changed.set(id, { ...node.attrs, [widthAttribute]: kept.length })
    refuseOtherReaders(cut, id, above)
  }
  return changed
}

function refuseOtherReaders({ draft, gate }: Cut, id: string, above: ReadonlySet<string>): void {
  const { outputs } = draft.graph
  const readers = indexOf(draft.graph)
    .readers.get(id)!
    .filter((node) => node.id !== gate.id && !above.has(node.id))
  const roles = Object.keys(outputs).filter((role) => outputs[role] === id)
  const [other] = [...readers.map((node) => node.id), ...roles.map((role) => `output ${role}`)]
  if (other !== undefined) refuse(gate, `units cannot be cut from ${id}, which ${other} reads as well`)
}

/** Cuts from the gate down to the nodes that consume its features. */
function cutBelow(cut: Cut, kept: readonly number[]): void {
  const { outputs } = cut.draft.graph
  // The remaining features of each node that loses some.
  const left = new Map([[cut.gate.id, kept]])
  for (const { id } of nodesBehind(cut.draft.graph, cut.gate)) {
    const node = cut.byId.get(id)!
    const reads = node.inputs.find((id) => left.has(id))
    if (reads === undefined) continue
    const indices = left.get(reads)!
    const primitive = primitiveOf(node.kind)
    if (primitive.widthAttribute) slice(cut, node, 'inAxis', indices)
    else if (primitive.keepsZero?.(node.attrs)) {
      slice(cut, node, 'outAxis', indices)
      left.set(node.id, indices)
    } else if (node.kind === 'flatten') left.set(node.id, everywhere(cut.byId.get(reads)!, indices))
    else if (node.kind === 'concat') left.set(node.id, sideBySide(cut, node, left))
    else if (sums.has(node.kind) && node.inputs.every((id) => left.get(id)?.join() === indices.join()))
      left.set(node.id, indices)
    else refuse(cut.gate, `units cannot be cut through ${node.id} (${node.kind})`)
  }
  for (const role of ['task', 'reconstruction'])
    if (left.has(outputs[role] ?? ''))
      refuse(cut.gate, `units cannot be cut from output ${role}, whose width is given`)
}

/** The indices of the given features at every position of a flattened image or series. */
function everywhere({ shape }: Node, indices: readonly number[]): number[] {
  const features = featuresOf(shape)
  return Array.from({ length: sizeOf(shape) / features }, (_, p) =>
    indices.map((i) => p * features + i),
  ).flat()
}

/** The remaining indices in a concatenation. An input that loses nothing keeps all of its features. */
function sideBySide({ byId }: Cut, node: Node, left: ReadonlyMap<string, readonly number[]>): number[] {
  let at = 0
  return node.inputs.flatMap((id) => {
    const from = at
    const features = featuresOf(byId.get(id)!.shape)
    at += features
    return (left.get(id) ?? Array.from({ length: features }, (_, i) => i)).map((i) => from + i)
  })
}

/** Cuts a node's parameters along the axis of its output features or its input features. */
function slice(cut: Cut, node: Node, axisOf: 'outAxis' | 'inAxis', indices: readonly number[]): void {
  const inputs = node.inputs.map((id) => cut.byId.get(id)!.shape)
  const parameters = primitiveOf(node.kind).parameters?.(inputs, node.attrs) ?? {}
  for (const [key, spec] of Object.entries(parameters)) {
    const axis = spec[axisOf]
    if (axis !== undefined) cut.slices.set(`${node.id}:${key}`, { axis, indices })
  }
}

function refuse({ id }: Node, why: string): never {
  throw new Error(`${id}: ${why}`)
}
