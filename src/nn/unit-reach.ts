import { indexOf } from './graph-index.js'
import type { Graph, Node } from './graph.js'
import { primitiveOf } from './primitives/index.js'

/** Kinds that add their inputs, feature by feature. */
export const sums = new Set(['mix', 'add'])

/**
 * The nodes from a gate of units up to those that make its features. Throws if a node on the way cannot lose
 * features.
 */
export function nodesAbove(graph: Graph, gate: Node): Node[] {
  const { byId } = indexOf(graph)
  const above = new Map<string, Node>()
  const waiting = [...gate.inputs]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (above.has(id)) continue
    const node = byId.get(id)!
    above.set(id, node)
    const { featurewise, widthAttribute } = primitiveOf(node.kind)
    if (widthAttribute) continue
    if (!(featurewise && node.kind !== 'units') && !sums.has(node.kind))
      throw new Error(`${gate.id}: units cannot be cut from ${id} (${node.kind})`)
    waiting.push(...node.inputs)
  }
  return [...above.values()]
}

/**
 * The nodes after a gate of units, down to and including those that make features of their own, in the
 * graph's order.
 */
export function nodesBehind(graph: Graph, gate: Node): Node[] {
  const behind = new Set<Node>()
  const { readers } = indexOf(graph)
  const waiting = [gate.id]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop())
    for (const reader of readers.get(id)!) {
      if (behind.has(reader)) continue
      behind.add(reader)
      if (!primitiveOf(reader.kind).widthAttribute) waiting.push(reader.id)
    }
  return inOrder(graph, behind)
}

/**
 * The nodes whose shape, parameters or cost depend on a gate's units, including the gate, in the graph's
 * order.
 */
export const concernedNodes = (graph: Graph, gate: Node): Node[] =>
  inOrder(graph, [...nodesAbove(graph, gate), indexOf(graph).byId.get(gate.id)!, ...nodesBehind(graph, gate)])

function inOrder(graph: Graph, nodes: Iterable<Node>): Node[] {
  const { places } = indexOf(graph)
  return [...nodes].sort((a, b) => places.get(a.id)! - places.get(b.id)!)
}
