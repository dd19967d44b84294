import type * as tf from '@tensorflow/tfjs-core'
import type { Graph } from './graph.js'
import { primitiveOf } from './primitives/index.js'
import type { RunContext } from './primitives/types.js'

/** What a forward pass needs beside the graph. */
export interface RunOptions extends RunContext {
  /** The batch, [N, …input shape]. */
  readonly input: tf.Tensor
  /** A parameter by its full name, `${node id}:${name}`. */
  parameter(name: string): tf.Tensor
}

/**
 * Computes the outputs of the named roles, and only the nodes that these need. Call it inside a tidy: it
 * keeps nothing itself.
 */
export function run<Role extends string>(
  graph: Graph,
  roles: readonly Role[],
  options: RunOptions,
): Record<Role, tf.Tensor> {
  const targets = roles.map((role) => graph.outputs[role]!)
  const needed = ancestors(graph, targets)
  const values = new Map<string, tf.Tensor>()
  // Candidates on one edge begin alike (ReLU of the same input): that is computed once.
  const activations = new Map<string, tf.Tensor>()
  for (const node of graph.nodes) {
    if (!needed.has(node.id)) continue
    const shared = node.kind === 'activation' ? `${node.inputs[0]} ${String(node.attrs.function)}` : ''
    const value =
      activations.get(shared) ??
      (node.kind === 'input'
        ? options.input
        : primitiveOf(node.kind).forward({
            node: node.id,
            inputs: node.inputs.map((id) => values.get(id)!),
            attrs: node.attrs,
            parameter: (name) => options.parameter(`${node.id}:${name}`),
            context: options,
          }))
    if (shared) activations.set(shared, value)
    values.set(node.id, value)
  }
  return Object.fromEntries(roles.map((role, i) => [role, values.get(targets[i]!)!])) as Record<
    Role,
    tf.Tensor
  >
}

/** The ids of the given nodes and of everything that they read, directly or not. */
export function ancestors(graph: Graph, ids: readonly string[]): Set<string> {
  const needed = new Set(ids)
  for (const node of [...graph.nodes].reverse())
    if (needed.has(node.id)) node.inputs.forEach((id) => needed.add(id))
  return needed
}
