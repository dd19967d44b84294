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

/** Keeps only the given members of a gate group: the other operations' nodes, or the other units, go. */
export function keepMembers(graph: Graph, group: string, members: ReadonlySet<string>): Transformed {
  const slices = new Map<string, Slice[]>()
  let nodes = graph.nodes
  for (const node of graph.nodes) {
    if (node.attrs.group !== group) continue
    const kept = indicesOf(node.attrs.members as string[], members)
    if (kept.length === (node.attrs.members as string[]).length) continue
    nodes =
      node.kind === 'mix'
        ? withoutZeros(cutMix(nodes, node, kept))
        : cutUnits({ nodes, outputs: graph.outputs }, node, kept, slices)
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

/** Sums no longer read zeros; a sum of nothing else is zeros itself. */
export function withoutZeros(nodes: readonly Node[]): Node[] {
  const zeros = new Set<string>()
  return nodes.map((node) => {
    const inputs = node.kind === 'add' ? node.inputs.filter((id) => !zeros.has(id)) : node.inputs
    const rest = inputs.length > 0 || node.kind === 'input' ? node : zerosLike(node)
    if (rest.kind === 'zeros') zeros.add(node.id)
    return inputs.length === node.inputs.length || rest.kind === 'zeros' ? rest : { ...rest, inputs }
  })
}

/**
 * Cuts features: upstream through featurewise nodes to the node that makes them, downstream to the nodes
 * that consume them. Each parameter on the way loses the same indices on its feature axis. Nothing but the
 * gate may read the features upstream of it: it would lose them too, though no gate closed them there.
 */
function cutUnits(
  { nodes, outputs }: Graph,
  gate: Node,
  kept: readonly number[],
  slices: Map<string, Slice[]>,
): Node[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const changed = new Map<string, Attributes>([
    [gate.id, { ...gate.attrs, members: kept.map((i) => (gate.attrs.members as string[])[i]!) }],
  ])
  const cut = (node: Node, axisOf: 'outAxis' | 'inAxis') => {
    const inputs = node.inputs.map((id) => byId.get(id)!.shape)
    for (const [key, spec] of Object.entries(primitiveOf(node.kind).parameters?.(inputs, node.attrs) ?? {})) {
      const axis = spec[axisOf]
      const name = `${node.id}:${key}`
      if (axis !== undefined) slices.set(name, [...(slices.get(name) ?? []), { axis, indices: kept }])
    }
  }
  const above = (node: Node): Node => {
    const source = byId.get(node.inputs[0]!)!
    const readers = nodes.filter(({ id, inputs }) => id !== node.id && inputs.includes(source.id))
    const roles = Object.keys(outputs).filter((role) => outputs[role] === source.id)
    const [other] = [...readers.map(({ id }) => id), ...roles.map((role) => `output ${role}`)]
    if (other !== undefined)
      throw new Error(`${gate.id}: units cannot be cut from ${source.id}, which ${other} reads as well`)
    return source
  }

  let source = above(gate)
  for (; primitiveOf(source.kind).featurewise; source = above(source)) cut(source, 'outAxis')
  const width = primitiveOf(source.kind).widthAttribute
  if (!width) throw new Error(`${gate.id}: units cannot be cut from ${source.id} (${source.kind})`)
  changed.set(source.id, { ...source.attrs, [width]: kept.length })
  cut(source, 'outAxis')

  const follow = (id: string) => {
    for (const node of nodes) {
      if (!node.inputs.includes(id)) continue
      if (keepsZero(node)) follow(node.id)
      else if (primitiveOf(node.kind).widthAttribute) cut(node, 'inAxis')
      else throw new Error(`${gate.id}: units cannot be cut through ${node.id} (${node.kind})`)
    }
  }
  follow(gate.id)
  return withShapes(nodes.map((node) => ({ ...node, attrs: changed.get(node.id) ?? node.attrs })))
}

/** Does a closed unit, always 0, stay 0 behind this node, so that nobody misses it? */
const keepsZero = ({ kind, attrs }: Node): boolean => kind === 'activation' && attrs.function !== 'sigmoid'

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
