import { cutUnits } from './cut-units.js'
import { ancestors, type Attributes, type Graph, type Node } from './graph.js'
import { primitiveOf } from './primitives/index.js'

/** Which indices of a parameter's axis survive a cut. */
export interface Slice {
  readonly axis: number
  readonly indices: readonly number[]
}

/** A graph after a change, and how its parameters come out of the old ones. */
export interface Transformed {
  readonly graph: Graph
  /** Cuts by parameter name; parameters of nodes that are gone are simply gone. */
  readonly slices: ReadonlyMap<string, readonly Slice[]>
}

/** Removes the nodes that no output needs. */
export function withoutDeadNodes(graph: Graph, roles = Object.keys(graph.outputs)): Graph {
  const outputs = Object.fromEntries(roles.map((role) => [role, graph.outputs[role]!]))
  const needed = ancestors(graph, Object.values(outputs))
  return { nodes: graph.nodes.filter((node) => needed.has(node.id)), outputs }
}

/**
 * Keeps only the given members of a gate group: the other operations' nodes, or the other units, go. An edge
 * that keeps nothing stays as zeros, for that is a choice like any other.
 */
export function keepMembers(graph: Graph, group: string, members: ReadonlySet<string>): Transformed {
  const slices = new Map<string, Slice[]>()
  let nodes = graph.nodes
  for (const node of graph.nodes) {
    if (node.attrs.group !== group) continue
    const kept = indicesOf(node.attrs.members as string[], members)
    if (kept.length === (node.attrs.members as string[]).length) continue
    if (node.kind === 'mix') nodes = cutMix(nodes, node, kept)
    else {
      const cut = cutUnits({ nodes, outputs: graph.outputs }, node, kept)
      nodes = withShapes(cut.nodes)
      for (const [name, slice] of cut.slices) slices.set(name, [...(slices.get(name) ?? []), slice])
    }
  }
  return { graph: withoutDeadNodes({ nodes, outputs: graph.outputs }), slices }
}

function indicesOf(names: readonly string[], kept: ReadonlySet<string>): number[] {
  return names.flatMap((name, i) => (kept.has(name) ? [i] : []))
}

/** The members of a mix or a units node that carry something; a mix has an input for each of them. */
export function carryingMembers({ attrs: { members = [], empty } }: Node): string[] {
  return (members as string[]).filter((name) => name !== empty)
}

function cutMix(nodes: readonly Node[], mix: Node, kept: readonly number[]): Node[] {
  const members = kept.map((i) => (mix.attrs.members as string[])[i]!)
  const inputs = mix.inputs.filter((_, i) => members.includes(carryingMembers(mix)[i]!))
  const cut: Node =
    inputs.length > 0
      ? { ...mix, inputs, attrs: { ...mix.attrs, members } }
      : zerosLike(mix, { group: mix.attrs.group!, members })
  return nodes.map((node) => (node.id === mix.id ? cut : node))
}

/** Zeros in the place and of the shape of a node; the graph's input tells how many rows. */
const zerosLike = ({ id, shape, layer }: Node, attrs: Attributes = {}): Node => ({
  id,
  kind: 'zeros',
  inputs: ['input'],
  attrs: { ...attrs, shape },
  shape,
  layer,
})

/** The same function in which sums read no zeros; a sum of nothing else is zeros itself. */
export function withoutZeros(nodes: readonly Node[]): Node[] {
  const zeros = new Set<string>()
  return nodes.map((node) => {
    const inputs = node.kind === 'add' ? node.inputs.filter((id) => !zeros.has(id)) : node.inputs
    const rest = inputs.length > 0 || node.kind === 'input' ? node : zerosLike(node)
    if (rest.kind === 'zeros') zeros.add(node.id)
    return inputs.length === node.inputs.length || rest.kind === 'zeros' ? rest : { ...rest, inputs }
  })
}

/** Infers every shape again, after attributes changed. */
export function withShapes(nodes: readonly Node[]): Node[] {
  const shapes = new Map<string, Node['shape']>()
  return nodes.map((node) => {
    const shape = primitiveOf(node.kind).shape(
      node.inputs.map((id) => shapes.get(id)!),
      node.attrs,
    )
    shapes.set(node.id, shape)
    return { ...node, shape }
  })
}
