import type { Graph, Node } from '../nn/graph.js'
import { sizeOf } from '../nn/primitives/types.js'
import { affineAfter } from '../nn/scaled-output.js'

/**
 * A discrete network: its graph, and its parameters by name. Constant parameters may be missing; they then
 * have their initial values.
 */
export interface PlainNetwork {
  readonly graph: Graph
  readonly values: ReadonlyMap<string, Float32Array>
}

/**
 * Folds gate values into other parameters where possible; the function of the network stays the same. Weights
 * of sums are folded into the nodes that compute the summands, scales of features into the dense nodes that
 * read them. Scales without such a neighbour stay as `affine` nodes; sums no longer have weights.
 */
export function foldGates(network: PlainNetwork): PlainNetwork {
  return foldScales(foldSumWeights(network))
}

/** The parameters in which a node's output is linear. */
const linearIn: Readonly<Record<string, readonly string[]>> = {
  conv: ['kernel'],
  depthwise: ['kernel'],
  dense: ['kernel', 'bias'],
  'batch-norm': ['scale', 'offset'],
  affine: ['scale', 'offset'],
  scale: ['scale'],
}

function foldSumWeights({ graph, values }: PlainNetwork): PlainNetwork {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]))
  const result = new Map(values)
  const inserted = new Map<string, Node>()
  for (const sum of graph.nodes) {
    const weights = sum.attrs.weights as readonly number[] | undefined
    if (sum.kind !== 'add' || !weights) continue
    const inputs = sum.inputs.map((id, i) => {
      const weight = weights[i]!
      const source = nodes.get(id)!
      if (weight === 1) return id
      if (linearIn[source.kind] && isReadOnce(graph, id)) {
        nodes.set(id, scaleNode(source, weight, result))
        return id
      }
      const scaled = affineAfter(source, `${sum.id}/weight${i}`)
      inserted.set(`${sum.id} ${i}`, scaled)
      result.set(`${scaled.id}:scale`, new Float32Array(source.shape.at(-1)!).fill(weight))
      return scaled.id
    })
    nodes.set(sum.id, { ...sum, inputs, attrs: {} })
  }
  const ordered = graph.nodes.flatMap(({ id, inputs }) => [
    ...inputs.flatMap((_, i) => inserted.get(`${id} ${i}`) ?? []),
    nodes.get(id)!,
  ])
  return { graph: { ...graph, nodes: ordered }, values: result }
}

/** Multiplies the output of a node by a constant. A batch norm becomes affine for this. */
function scaleNode(node: Node, weight: number, values: Map<string, Float32Array>): Node {
  const features = node.shape.at(-1)!
  for (const name of linearIn[node.kind]!) {
    const old = valueOr(values, `${node.id}:${name}`, features, name === 'scale' ? 1 : 0)
    values.set(
      `${node.id}:${name}`,
      old.map((value) => value * weight),
    )
  }
  return node.kind === 'batch-norm' ? { ...node, attrs: { ...node.attrs, affine: true } } : node
}

function foldScales({ graph, values }: PlainNetwork): PlainNetwork {
  const result = new Map(values)
  const renamed = new Map<string, string>()
  const outputs = Object.values(graph.outputs)
  for (const node of graph.nodes) {
    if (node.kind !== 'affine' || outputs.includes(node.id)) continue
    const readers = graph.nodes.filter(({ inputs }) => inputs.includes(node.id))
    if (readers.some(({ kind }) => kind !== 'dense')) continue
    for (const reader of readers) foldIntoDense(node, reader, result)
    renamed.set(node.id, renamed.get(node.inputs[0]!) ?? node.inputs[0]!)
  }
  const nodes = graph.nodes
    .filter(({ id }) => !renamed.has(id))
    .map((node) => ({ ...node, inputs: node.inputs.map((id) => renamed.get(id) ?? id) }))
  return { graph: { ...graph, nodes }, values: result }
}

/** Uses (x ⊙ s + o) · W + b = x · (s ⊙ W) + (o · W + b). */
function foldIntoDense(affine: Node, dense: Node, values: Map<string, Float32Array>): void {
  const features = sizeOf(affine.shape)
  const units = sizeOf(dense.shape)
  const scale = valueOr(values, `${affine.id}:scale`, features, 1)
  const offset = valueOr(values, `${affine.id}:offset`, features, 0)
  const kernel = values.get(`${dense.id}:kernel`)!
  const bias = valueOr(values, `${dense.id}:bias`, units, 0).slice()
  kernel.forEach((w, i) => (bias[i % units]! += offset[Math.floor(i / units)]! * w))
  values.set(`${dense.id}:bias`, bias)
  values.set(
    `${dense.id}:kernel`,
    kernel.map((w, i) => w * scale[Math.floor(i / units)]!),
  )
}

function isReadOnce(graph: Graph, id: string): boolean {
  const reads = graph.nodes.flatMap(({ inputs }) => inputs.filter((input) => input === id)).length
  return reads === 1 && !Object.values(graph.outputs).includes(id)
}

function valueOr(
  values: ReadonlyMap<string, Float32Array>,
  name: string,
  length: number,
  constant: number,
): Float32Array {
  return values.get(name) ?? new Float32Array(length).fill(constant)
}
