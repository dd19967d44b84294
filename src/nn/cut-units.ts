import type { Attributes, Graph, Node } from './graph.js'
import { primitiveOf } from './primitives/index.js'
import { featuresOf, sizeOf } from './primitives/types.js'
import type { Slice } from './transform.js'

/** Nodes without some features, their shapes not inferred anew, and the cuts of their parameters by name. */
export interface UnitCut {
  readonly nodes: readonly Node[]
  readonly slices: ReadonlyMap<string, Slice>
}

/**
 * Cuts features of a units node, all but those at the places `kept`:
 *
 * - upstream through featurewise nodes and sums to the nodes that make them, which nobody but the gate may
 *   read, as others would lose features that no gate closed for them;
 * - downstream to the nodes that consume them, through what leaves a closed feature at 0: so nobody misses it.
 *
 * Each parameter on the way loses the same indices on its feature axis, behind a `flatten` those of every
 * position. Throws where a node on the way can do neither.
 */
export function cutUnits(graph: Graph, gate: Node, kept: readonly number[]): UnitCut {
  const cut: Cut = {
    graph,
    gate,
    byId: new Map(graph.nodes.map((node) => [node.id, node])),
    slices: new Map(),
  }
  const changed = cutAbove(cut, kept)
  cutBelow(cut, kept)
  const members = kept.map((i) => (gate.attrs.members as string[])[i]!)
  changed.set(gate.id, { ...gate.attrs, members })
  const nodes = graph.nodes.map((node) => ({ ...node, attrs: changed.get(node.id) ?? node.attrs }))
  return { nodes, slices: cut.slices }
}

/** One cut in the making. */
interface Cut {
  readonly graph: Graph
  readonly gate: Node
  readonly byId: ReadonlyMap<string, Node>
  readonly slices: Map<string, Slice>
}

/** From the gate up to the makers of its features, whose new attributes it returns. */
function cutAbove(cut: Cut, kept: readonly number[]): Map<string, Attributes> {
  const changed = new Map<string, Attributes>()
  const above = new Set<string>()
  const waiting = [...cut.gate.inputs]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (above.has(id)) continue
    above.add(id)
    const node = cut.byId.get(id)!
    const { featurewise, widthAttribute } = primitiveOf(node.kind)
    slice(cut, node, 'outAxis', kept)
    if (widthAttribute) changed.set(id, { ...node.attrs, [widthAttribute]: kept.length })
    else if ((featurewise && node.kind !== 'units') || sums.has(node.kind)) waiting.push(...node.inputs)
    else refuse(cut, `units cannot be cut from ${id} (${node.kind})`)
  }
  for (const id of above) refuseOtherReaders(cut, id, above)
  return changed
}

function refuseOtherReaders(cut: Cut, id: string, above: ReadonlySet<string>): void {
  const { nodes, outputs } = cut.graph
  const readers = nodes.filter(
    (node) => node.inputs.includes(id) && node.id !== cut.gate.id && !above.has(node.id),
  )
  const roles = Object.keys(outputs).filter((role) => outputs[role] === id)
  const [other] = [...readers.map((node) => node.id), ...roles.map((role) => `output ${role}`)]
  if (other !== undefined) refuse(cut, `units cannot be cut from ${id}, which ${other} reads as well`)
}

/** From the gate down to whoever consumes its features. */
function cutBelow(cut: Cut, kept: readonly number[]): void {
  const { nodes, outputs } = cut.graph
  // What is left of the features of each node that loses some.
  const left = new Map([[cut.gate.id, kept]])
  for (const node of nodes) {
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
    else refuse(cut, `units cannot be cut through ${node.id} (${node.kind})`)
  }
  for (const role of ['task', 'reconstruction'])
    if (left.has(outputs[role] ?? ''))
      refuse(cut, `units cannot be cut from output ${role}, whose width is given`)
}

/** The places of some features at every position of a flattened image or series. */
function everywhere({ shape }: Node, indices: readonly number[]): number[] {
  const features = featuresOf(shape)
  return Array.from({ length: sizeOf(shape) / features }, (_, p) =>
    indices.map((i) => p * features + i),
  ).flat()
}

/** The places of what is left in a concatenation: all of an input that loses nothing. */
function sideBySide({ byId }: Cut, node: Node, left: ReadonlyMap<string, readonly number[]>): number[] {
  let at = 0
  return node.inputs.flatMap((id) => {
    const from = at
    const features = featuresOf(byId.get(id)!.shape)
    at += features
    return (left.get(id) ?? Array.from({ length: features }, (_, i) => i)).map((i) => from + i)
  })
}

/** Cuts a node's parameters on the axis of its output or its input features. */
function slice(cut: Cut, node: Node, axisOf: 'outAxis' | 'inAxis', indices: readonly number[]): void {
  const inputs = node.inputs.map((id) => cut.byId.get(id)!.shape)
  const parameters = primitiveOf(node.kind).parameters?.(inputs, node.attrs) ?? {}
  for (const [key, spec] of Object.entries(parameters)) {
    const axis = spec[axisOf]
    if (axis !== undefined) cut.slices.set(`${node.id}:${key}`, { axis, indices })
  }
}

function refuse({ gate }: Cut, why: string): never {
  throw new Error(`${gate.id}: ${why}`)
}

/** Kinds that add their inputs, feature by feature. */
const sums = new Set(['mix', 'add'])
