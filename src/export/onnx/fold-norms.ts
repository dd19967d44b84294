import { epsilon } from '../../nn/functions/batch-norm.js'
import type { Node } from '../../nn/graph.js'
import type { PlainNetwork } from '../fold.js'

/**
 * Folds each batch norm into the convolution before it, if nothing else reads that; the function of the
 * network stays the same. Such a convolution then has a bias, the parameter `bias`, as ONNX's have.
 */
export function foldNorms({ graph, values }: PlainNetwork): PlainNetwork {
  const result = new Map(values)
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]))
  const renamed = new Map<string, string>()
  const outputs = Object.values(graph.outputs)
  const readers = (id: string) => graph.nodes.filter(({ inputs }) => inputs.includes(id)).length
  for (const norm of graph.nodes) {
    const source = nodes.get(norm.inputs[0]!)
    if (norm.kind !== 'batch-norm' || (source?.kind !== 'conv' && source?.kind !== 'depthwise')) continue
    if (readers(source.id) > 1 || outputs.includes(source.id)) continue
    foldInto(source, norm, result)
    renamed.set(norm.id, source.id)
  }
  const now = (id: string) => renamed.get(id) ?? id
  return {
    graph: {
      nodes: graph.nodes
        .filter(({ id }) => !renamed.has(id))
        .map((node) => ({ ...node, inputs: node.inputs.map(now) })),
      outputs: Object.fromEntries(Object.entries(graph.outputs).map(([role, id]) => [role, now(id)])),
    },
    values: result,
  }
}

/** Uses (W · x − mean) · f + offset = (f ⊙ W) · x + (offset − mean · f), where f = scale / √(variance + ε). */
function foldInto(conv: Node, norm: Node, values: Map<string, Float32Array>): void {
  const features = norm.shape.at(-1)!
  const parameterOf = (name: string, otherwise: number) =>
    values.get(`${norm.id}:${name}`) ?? new Float32Array(features).fill(otherwise)
  const [scale, offset, mean, variance] = [
    parameterOf('scale', 1),
    parameterOf('offset', 0),
    parameterOf('mean', 0),
    parameterOf('variance', 1),
  ]
  const factor = scale.map((s, c) => s / Math.sqrt(variance[c]! + epsilon))
  const kernel = values.get(`${conv.id}:kernel`)!
  // The output feature is the last axis of both kernels: [h, w, I, O], and [h, w, C, 1].
  values.set(
    `${conv.id}:kernel`,
    kernel.map((w, i) => w * factor[i % features]!),
  )
  values.set(
    `${conv.id}:bias`,
    offset.map((o, c) => o - mean[c]! * factor[c]!),
  )
}
