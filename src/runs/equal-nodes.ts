import { parametersOf } from '../nn/cost.js'
import type { Graph, Node } from '../nn/graph.js'

/**
 * The nodes of a graph that compute what one before them computes: without parameters, of the same kind and
 * attributes, on the same inputs. Some runtimes compute such nodes once.
 */
export function equalNodes(graph: Graph): Node[] {
  const parametricNodes = new Set(parametersOf(graph).map(({ name }) => name.slice(0, name.lastIndexOf(':'))))
  const first = new Map<string, string>()
  const same = new Map<string, string>()
  return graph.nodes.filter((node) => {
    if (node.inputs.length === 0 || node.kind === 'zeros' || parametricNodes.has(node.id)) return false
    const inputs = node.inputs.map((id) => same.get(id) ?? id)
    const key = JSON.stringify([node.kind, node.attrs, inputs])
    const known = first.get(key)
    if (known === undefined) first.set(key, node.id)
    else same.set(node.id, known)
    return known !== undefined
  })
}
