import { nodeCost, type NodeCost } from './cost.js'
import { indexOf } from './graph-index.js'
import type { Graph, Node, Shape } from './graph.js'
import { primitiveOf } from './primitives/index.js'
import { concernedNodes, nodesAbove } from './unit-reach.js'

/**
 * The cost of each node while groups of units get narrower. No new graph is built: each change visits only
 * the nodes that it affects.
 */
export interface UnitWidths {
  /** The current cost of the node at a place in the graph's order. */
  cost(place: number): NodeCost
  /**
   * Narrows a group to its first `count` units. Returns the places of the nodes whose cost this may change.
   */
  narrow(group: string, count: number): readonly number[]
}

/**
 * The widths of a graph, at first in full. `narrow` returns no places for a group that the graph does not
 * have.
 */
export function unitWidths(graph: Graph): UnitWidths {
  const { places } = indexOf(graph)
  const placeOf = ({ id }: Node): number => places.get(id)!
  const gates = new Map<string, Node[]>()
  for (const node of graph.nodes) {
    if (node.kind !== 'units') continue
    const group = node.attrs.group as string
    gates.set(group, [...(gates.get(group) ?? []), node])
  }
  const now = graph.nodes.map(({ kind, attrs, shape }) => ({ kind, attrs, shape }))
  const shapesOf = (place: number): Shape[] =>
    graph.nodes[place]!.inputs.map((id) => now[places.get(id)!]!.shape)
  const reached = new Map<string, Reach>()
  const reachOf = (group: string): Reach => {
    const known = reached.get(group)
    if (known) return known
    const gateNodes = gates.get(group) ?? []
    const reach = {
      gates: gateNodes.map(placeOf),
      above: gateNodes.flatMap((gate) => nodesAbove(graph, gate)).map(placeOf),
      concerned: gateNodes.flatMap((gate) => concernedNodes(graph, gate)).map(placeOf),
    }
    reached.set(group, reach)
    return reach
  }

  return {
    cost: (place) => nodeCost(now[place]!, shapesOf(place)),
    narrow(group, count) {
      const reach = reachOf(group)
      for (const place of reach.above) {
        const { widthAttribute } = primitiveOf(now[place]!.kind)
        if (widthAttribute) now[place]!.attrs = { ...now[place]!.attrs, [widthAttribute]: count }
      }
      for (const place of reach.gates) {
        const { attrs } = graph.nodes[place]!
        now[place]!.attrs = { ...attrs, members: (attrs.members as string[]).slice(0, count) }
      }
      for (const place of reach.concerned) {
        const node = now[place]!
        node.shape = primitiveOf(node.kind).shape(shapesOf(place), node.attrs)
      }
      return reach.concerned
    },
  }
}

/**
 * The places of a group's gates, of the nodes above them, and of all nodes that depend on the group's width.
 */
interface Reach {
  readonly gates: readonly number[]
  readonly above: readonly number[]
  readonly concerned: readonly number[]
}
