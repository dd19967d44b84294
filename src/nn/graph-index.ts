import type { Graph, Node } from './graph.js'

/** How the nodes of a graph are found: by id, and from a node to those that read it. */
export interface GraphIndex {
  readonly byId: ReadonlyMap<string, Node>
  /** In the graph's order; a node stands once for each time that it reads. */
  readonly readers: ReadonlyMap<string, readonly Node[]>
  readonly places: ReadonlyMap<string, number>
}

const indices = new WeakMap<Graph, GraphIndex>()

/** The index of a graph; made once. */
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
