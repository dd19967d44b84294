import type { Graph, Node } from './graph.js'

/** An index of a graph's nodes: by id, and from a node to those that read it. */
export interface GraphIndex {
  readonly byId: ReadonlyMap<string, Node>
  /** Readers by node id, in the graph's order. A node that reads another twice is listed twice. */
  readonly readers: ReadonlyMap<string, readonly Node[]>
  readonly places: ReadonlyMap<string, number>
}

const indices = new WeakMap<Graph, GraphIndex>()

/** The index of a graph, built once and cached. */
export function indexOf(graph: Graph): GraphIndex {
  const known = indices.get(graph)
  if (known) return known
  const readers = new Map(graph.nodes.map(({ id }): [string, Node[]] => [id, []]))
  for (const node of graph.nodes) for (const id of node.inputs) readers.get(id)!.push(node)
  const index: GraphIndex = {
    byId: new Map(graph.nodes.map((node) => [node.id, node])),
    readers,
    places: new Map(graph.nodes.map(({ id }, place) => [id, place])),
  }
  indices.set(graph, index)
  return index
}
