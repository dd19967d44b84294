import { indexOf } from '../nn/graph-index.js'
import type { Graph, Node } from '../nn/graph.js'

/** A place where a network is cut: an input of a mix. */
export interface Cut {
  readonly mix: Node
  readonly input: string
}

/**
 * The nodes that are removed when mixes lose some of their inputs, all at once: those from which every path
 * onward leads through one of these inputs and through no other reader.
 */
export function exclusiveNodes(graph: Graph, cuts: readonly Cut[]): Node[] {
  const { byId, readers } = indexOf(graph)
  const outputs = Object.values(graph.outputs)
  const gone = new Map<string, Node>()
  const cutAt = new Map(cuts.map(({ mix, input }) => [mix.id, input]))
  const readElsewhere = (id: string): boolean =>
    outputs.includes(id) ||
    readers.get(id)!.some((reader) => {
      if (gone.has(reader.id)) return false
      return cutAt.get(reader.id) !== id || reader.inputs.filter((other) => other === id).length > 1
    })
  // A node is checked after each of its readers, so the last of them decides.
  const waiting = [...cutAt.values()]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (id === 'input' || gone.has(id) || readElsewhere(id)) continue
    const node = byId.get(id)!
    gone.set(id, node)
    waiting.push(...node.inputs)
  }
  return [...gone.values()]
}
