import type { Graph, Node } from '../nn/graph.js'

/** One place where a network is cut: an input of a mix. */
export interface Cut {
  readonly mix: Node
  readonly input: string
}

/**
 * The nodes that go when mixes lose some of their inputs, all at once: those from which every way on leads through
 * one of these, and through no other reader.
 */
export function exclusiveNodes(graph: Graph, cuts: readonly Cut[]): Node[] {
  return exclusiveOf(indexOf(graph), cuts)
}

interface Index {
  readonly byId: ReadonlyMap<string, Node>
  readonly readers: ReadonlyMap<string, readonly Node[]>
  readonly outputs: ReadonlySet<string>
}

const indices = new WeakMap<Graph, Index>()

function indexOf(graph: Graph): Index {
  const known = indices.get(graph)
  if (known) return known
  const readers = new Map<string, Node[]>()
  for (const node of graph.nodes)
    for (const id of node.inputs) {
      const list = readers.get(id)
      if (list) list.push(node)
      else readers.set(id, [node])
    }
  const index: Index = {
    byId: new Map(graph.nodes.map((node) => [node.id, node])),
    readers,
    outputs: new Set(Object.values(graph.outputs)),
  }
  indices.set(graph, index)
  return index
}

function exclusiveOf({ byId, readers, outputs }: Index, cuts: readonly Cut[]): Node[] {
  const gone = new Map<string, Node>()
  const cutAt = new Map(cuts.map(({ mix, input }) => [mix.id, input]))
  const readElsewhere = (id: string): boolean =>
    outputs.has(id) ||
    readers.get(id)!.some((reader) => {
      if (gone.has(reader.id)) return false
      return cutAt.get(reader.id) !== id || reader.inputs.filter((other) => other === id).length > 1
    })
  // A node is looked at behind each of its readers, so the last of them settles it.
  const waiting = [...cutAt.values()]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (id === 'input' || gone.has(id) || readElsewhere(id)) continue
    const node = byId.get(id)!
    gone.set(id, node)
    waiting.push(...node.inputs)
  }
  return [...gone.values()]
}
