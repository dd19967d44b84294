import type { Graph, Node } from './graph.js'

/** A graph and its parameters by name. */
interface Parts {
  readonly graph: Graph
  readonly values: ReadonlyMap<string, Float32Array>
}

/**
 * Replaces the task output y by y · std + mean, with one entry of each per output. This is folded into the last
 * node if that is dense, otherwise an `affine` node is added.
 */
export function scaleOutput(
  { graph, values }: Parts,
  { mean, std }: { readonly mean: readonly number[]; readonly std: readonly number[] },
): Parts {
  const id = graph.outputs.task!
  const node = graph.nodes.find((each) => each.id === id)!
  const isRead = graph.nodes.some(({ inputs }) => inputs.includes(id))
  if (node.kind === 'dense' && !isRead) {
    const kernel = values.get(`${id}:kernel`)!.map((w, i) => w * std[i % std.length]!)
    const known = values.get(`${id}:bias`) ?? new Float32Array(mean.length)
    const bias = known.map((b, j) => b * std[j]! + mean[j]!)
    return { graph, values: new Map([...values, [`${id}:kernel`, kernel], [`${id}:bias`, bias]]) }
  }
  const scaled = affineAfter(node, 'output-scale')
  return {
    graph: { nodes: [...graph.nodes, scaled], outputs: { ...graph.outputs, task: scaled.id } },
    values: new Map([
      ...values,
      [`${scaled.id}:scale`, Float32Array.from(std)],
      [`${scaled.id}:offset`, Float32Array.from(mean)],
    ]),
  }
}

/** A node that scales the features of another one. */
export function affineAfter(source: Node, id: string): Node {
  return { id, kind: 'affine', inputs: [source.id], attrs: {}, shape: source.shape, layer: source.layer }
}
