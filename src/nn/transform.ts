import { cutUnits, draftOf } from './cut-units.js'
import { ancestors, type Attributes, type Graph, type Node } from './graph.js'
import { primitiveOf } from './primitives/index.js'
import type { Slice } from './slice.js'

/** A changed graph, and how its parameters are cut from those of the graph before. */
export interface Transformed {
  readonly graph: Graph
  /** Cuts by parameter name. Parameters of removed nodes are not listed. */
  readonly slices: ReadonlyMap<string, readonly Slice[]>
}

/** Removes the nodes that no output needs. */
export function withoutDeadNodes(graph: Graph, roles = Object.keys(graph.outputs)): Graph {
  const outputs = Object.fromEntries(roles.map((role) => [role, graph.outputs[role]!]))
  const needed = ancestors(graph, Object.values(outputs))
  return { nodes: graph.nodes.filter((node) => needed.has(node.id)), outputs }
}

/**
 * Keeps only the given members of a gate group and removes the nodes of the other operations, or the other
 * units. An edge that keeps no operation becomes zeros, since that is a valid choice too.
 */
export const keepMembers = (graph: Graph, group: string, members: ReadonlySet<string>): Transformed =>
  keepChoices(graph, new Map([[group, members]]))

/**
 * Keeps only the given members of several groups. The result is the same as that of cutting one group after
 * another, first mixes and then units.
 */
export function keepChoices(graph: Graph, kept: ReadonlyMap<string, ReadonlySet<string>>): Transformed {
  const placesOf = ({ attrs }: Node): number[] | undefined => {
    const members = kept.get(attrs.group as string)
    const places = members && indicesOf(attrs.members as string[], members)
    return places?.length === (attrs.members as string[] | undefined)?.length ? undefined : places
  }
  const nodes = graph.nodes.map((node) => {
    const places = node.kind === 'mix' ? placesOf(node) : undefined
    return places ? cutMix(node, places) : node
  })
  const mixed = withoutDeadNodes({ nodes, outputs: graph.outputs })
  const draft = draftOf(mixed)
  const slices = new Map<string, Slice[]>()
  for (const node of mixed.nodes) {
    const places = node.kind === 'units' ? placesOf(node) : undefined
    if (!places) continue
    for (const [name, slice] of cutUnits(draft, node.id, places))
      slices.set(name, [...(slices.get(name) ?? []), slice])
  }
  return { graph: { nodes: [...draft.nodes.values()], outputs: mixed.outputs }, slices }
}

function indicesOf(names: readonly string[], kept: ReadonlySet<string>): number[] {
  return names.flatMap((name, i) => (kept.has(name) ? [i] : []))
}

/** The members of a mix or a units node without the empty one. A mix has one input for each of them. */
export function carryingMembers({ attrs: { members = [], empty } }: Node): string[] {
  return (members as string[]).filter((name) => name !== empty)
}

function cutMix(mix: Node, kept: readonly number[]): Node {
  const members = kept.map((i) => (mix.attrs.members as string[])[i]!)
  const inputs = mix.inputs.filter((_, i) => members.includes(carryingMembers(mix)[i]!))
  return inputs.length > 0
    ? { ...mix, inputs, attrs: { ...mix.attrs, members } }
    : zerosLike(mix, { group: mix.attrs.group!, members })
}

/**
 * A node of zeros that replaces a node of the same shape. It reads the graph's input to know the number of
 * rows.
 */
const zerosLike = ({ id, shape, layer }: Node, attrs: Attributes = {}): Node => ({
  id,
  kind: 'zeros',
  inputs: ['input'],
  attrs: { ...attrs, shape },
  shape,
  layer,
})

/** Equivalent nodes in which sums read no zeros. A sum of nothing but zeros becomes zeros itself. */
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
