import type { Graph, Node } from '../nn/graph.js'

/**
 * The nodes that go when a mix loses one of its inputs: those from which every way on leads through that
 * input, and through no other reader.
 */
export function exclusiveNodes(graph: Graph, mix: Node, input: string): Node[] {
  return exclusiveOf(indexOf(graph), mix, input)
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

function exclusiveOf({ byId, readers, outputs }: Index, mix: Node, input: string): Node[] {
  const gone = new Map<string, Node>()
  const readElsewhere = (id: string): boolean =>
    outputs.has(id) ||
    readers.get(id)!.some((reader) => {
      if (reader.id !== mix.id) return !gone.has(reader.id)
      return id !== input || mix.inputs.filter((other) => other === id).length > 1
    })
  // A node is looked at behind each of its readers, so the last of them settles it.
  const waiting = [input]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (id === 'input' || gone.has(id) || readElsewhere(id)) continue
    const node = byId.get(id)!
    gone.set(id, node)
    waiting.push(...node.inputs)
  }
  return [...gone.values()]
}
