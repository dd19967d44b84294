/**
 * A network as plain data. Supernets, derived networks and exported models are all graphs of the same
 * primitives (`nn/primitives/`), so cost, pruning, training and export each read one form.
 */

/** A tensor's shape without the batch axis; images are [height, width, channels]. */
export type Shape = readonly number[]

export type Attribute = number | string | boolean | readonly number[] | readonly string[]
export type Attributes = Readonly<Record<string, Attribute>>

/** One primitive applied to the outputs of other nodes. */
export interface Node {
  /** A path that names the node: `cell0/0→2/sep-conv-3x3/depthwise`. Its parameters are `${id}:${name}`. */
  readonly id: string
  /** The primitive: `conv`, `batch-norm`, `mix`, … */
  readonly kind: string
  /** Ids of the nodes that it reads. */
  readonly inputs: readonly string[]
  readonly attrs: Attributes
  /** The shape of its output. */
  readonly shape: Shape
  /** The name of the supernet layer k that the node belongs to. */
  readonly layer: string
}

/** Nodes in topological order, and the ids of the outputs by role (`task`, `reconstruction`, `code`). */
export interface Graph {
  readonly nodes: readonly Node[]
  readonly outputs: Readonly<Record<string, string>>
}

/** The ids of the given nodes and of everything that they read, directly or indirectly. */
export function ancestors(graph: Graph, ids: readonly string[]): Set<string> {
  const needed = new Set(ids)
  for (const node of [...graph.nodes].reverse())
    if (needed.has(node.id)) node.inputs.forEach((id) => needed.add(id))
  return needed
}
