import { graphBuilder, type GraphBuilder } from '../nn/builder.js'
import { parametersOf, type NamedParameter } from '../nn/cost.js'
import { operationOf } from '../nn/operations/index.js'
import type { Graph, Shape } from '../nn/graph.js'
import { sizeOf } from '../nn/primitives/types.js'
import { keepMembers } from '../nn/transform.js'
import type { GateGroup, Supernet } from './types.js'

/** Builds a supernet's graph and collects its layers and gate groups on the way. */
export interface SupernetBuilder {
  /** The builder of the layer that the input belongs to. */
  readonly root: GraphBuilder
  /** A new layer k, next in order. */
  layer(name: string): GraphBuilder
  /**
   * A mixed operation: candidate operations on one edge, one of them wanted. With a single candidate it is
   * that operation, without a gate.
   */
  mixedOperation(b: GraphBuilder, x: string, edge: EdgeOptions): string
  /** A node: the weighted sum of its inputs, `keep` of which are wanted; all, if there are no more. */
  node(b: GraphBuilder, inputs: Readonly<Record<string, string>>, options: NodeOptions): string
  /** A gate for each feature of x; at least `min` of them stay. */
  units(b: GraphBuilder, x: string, options: { name: string; layer: string; min?: number }): string
  finish(about: Pick<Supernet, 'space' | 'options' | 'outputs'>): Supernet
}

export interface EdgeOptions {
  /** The group's name: `cell0/0→2`. */
  readonly name: string
  readonly layer: string
  /** Names out of the operation table. */
  readonly operations: readonly string[]
  readonly channels: number
  readonly stride?: number
}

export interface NodeOptions {
  /** The group's name: `cell0/node3`. */
  readonly name: string
  readonly layer: string
  /** How many of its inputs are wanted. */
  readonly keep: number
}

/** Starts a supernet for inputs of a shape; the input stands in the first layer, `firstLayer`. */
export function supernetBuilder(input: Shape, firstLayer: string): SupernetBuilder {
  const root = graphBuilder(input, firstLayer)
  const layers = [firstLayer]
  const groups: GateGroup[] = []
  /** What the names of a member's parameters begin with, by group and member. */
  const scopes = new Map<string, string>()

  return {
    root,
    layer(name) {
      if (!layers.includes(name)) layers.push(name)
      return root.within(name, name)
    },
    mixedOperation(b, x, { name, layer, operations, channels, stride = 1 }) {
      const candidates = operations.map((operation) => {
        const found = operationOf(operation)
        if (!found) throw new Error(`unknown operation: ${operation}`)
        return found
      })
      const edge = b.within(name.slice(name.lastIndexOf('/') + 1))
      const built = candidates.flatMap(
        (operation) =>
          operation.build?.(edge.within(operation.name), x, {
            channels,
            stride,
            affine: candidates.length === 1,
          }) ?? [],
      )
      const empty = candidates.find(({ build }) => !build)
      if (built.length === 0) throw new Error(`${name}: expected an operation that carries something`)
      if (candidates.length === 1) return built[0]!
      groups.push({
        name,
        layer,
        kind: 'operations',
        members: candidates.map(({ name: member, parameterFree = false, build }) => ({
          name: member,
          parameterFree,
          ...(!build && { empty: true }),
          parameters: 0,
        })),
        total: 1,
        keep: { min: 1, max: 1 },
      })
      for (const { name: member } of candidates) scopes.set(`${name} ${member}`, `${edge.scope}/${member}`)
      return edge.node('mix', built, {
        group: name,
        members: operations,
        ...(empty && { empty: empty.name }),
      })
    },
    node(b, inputs, { name, layer, keep }) {
      const members = Object.keys(inputs)
      if (members.length <= keep) return b.add(Object.values(inputs))
      groups.push({
        name,
        layer,
        kind: 'inputs',
        // An edge's weights are counted with its operations.
        members: members.map((member) => ({ name: member, parameters: 0 })),
        total: keep,
        keep: { min: keep, max: keep },
      })
      return b.node('mix', Object.values(inputs), { group: name, members })
    },
    units(b, x, { name, layer, min = 1 }) {
      const width = b.shapeOf(x).at(-1)!
      const members = Array.from({ length: width }, (_, i) => String(i))
      groups.push({
        name,
        layer,
        kind: 'units',
        members: members.map((member) => ({ name: member, parameters: 0 })),
        total: width,
        keep: { min, max: width },
      })
      return b.node('units', [x], { group: name, members })
    },
    finish(about) {
      const graph = root.graph()
      const costs = weightsByScope(graph)
      const costOf = (group: string, member: string) => costs.get(scopes.get(`${group} ${member}`) ?? '') ?? 0
      const counted = groups.map((group) => ({
        ...group,
        members: group.members.map((member) => ({ ...member, parameters: costOf(group.name, member.name) })),
      }))
      return { ...about, input, graph, layers, groups: counted.map((group) => withUnitCosts(graph, group)) }
    },
  }
}

const weightsOf = (graph: Graph) => parametersOf(graph).filter(({ role }) => role === 'weight')
const sum = (weights: readonly NamedParameter[]): number =>
  weights.reduce((total, { shape }) => total + sizeOf(shape), 0)

/** Weights under every scope of a graph: `cell0/0→2` holds those of `cell0/0→2/skip`. */
function weightsByScope(graph: Graph): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { name, shape } of weightsOf(graph))
    for (let end = name.lastIndexOf('/'); end > 0; end = name.lastIndexOf('/', end - 1)) {
      const scope = name.slice(0, end)
      counts.set(scope, (counts.get(scope) ?? 0) + sizeOf(shape))
    }
  return counts
}

/** Units of a layer cost alike: what the network loses with one of them. */
function withUnitCosts(graph: Graph, group: GateGroup): GateGroup {
  if (group.kind !== 'units' || group.members.length < 2) return group
  const others = new Set(group.members.slice(1).map((member) => member.name))
  const parameters = sum(weightsOf(graph)) - sum(weightsOf(keepMembers(graph, group.name, others).graph))
  return { ...group, members: group.members.map((member) => ({ ...member, parameters })) }
}
