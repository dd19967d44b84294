import type { Graph, Node } from './graph.js'
import { primitiveOf } from './primitives/index.js'
import { sizeOf, type ParameterSpec } from './primitives/types.js'

/** What a network costs for one example. */
export interface Cost {
  /** Trained numbers: kernels, biases, scales, offsets; no moving averages, no gates. */
  readonly parameters: number
  /** Multiply-adds of convolutions and products, as the field's tables count FLOPs. */
  readonly flops: number
  /** The largest number of nodes with weights (batch norm not counted) between input and output. */
  readonly depth: number
}

/** A parameter with its full name, `${node id}:${name}`, and the layer it belongs to. */
export interface NamedParameter extends ParameterSpec {
  readonly name: string
  readonly layer: string
}

/** Every parameter of a graph, in node order. */
export function parametersOf(graph: Graph): NamedParameter[] {
  const shapes = new Map(graph.nodes.map((node) => [node.id, node.shape]))
  return graph.nodes.flatMap((node) => {
    const specs =
      primitiveOf(node.kind).parameters?.(
        node.inputs.map((id) => shapes.get(id)!),
        node.attrs,
      ) ?? {}
    return Object.entries(specs).map(([name, spec]) => ({
      ...spec,
      name: `${node.id}:${name}`,
      layer: node.layer,
    }))
  })
}

/** Parameters, FLOPs and depth of a graph. */
export function costOf(graph: Graph): Cost {
  const costs = costsByNode(graph)
  const depths = new Map<string, number>()
  const total = { parameters: 0, flops: 0 }
  for (const node of graph.nodes) {
    const { parameters, flops } = costs.get(node.id)!
    total.parameters += parameters
    total.flops += flops
    const above = Math.max(0, ...node.inputs.map((id) => depths.get(id)!))
    depths.set(node.id, above + (hasWeights(node) ? 1 : 0))
  }
  return { ...total, depth: Math.max(0, ...Object.values(graph.outputs).map((id) => depths.get(id)!)) }
}

/** What each node of a graph adds to its parameters and FLOPs, by id. */
export function costsByNode(graph: Graph): Map<string, Pick<Cost, 'parameters' | 'flops'>> {
  const shapes = new Map(graph.nodes.map(({ id, shape }) => [id, shape]))
  const costs = new Map(
    graph.nodes.map(({ id, kind, inputs, shape, attrs }) => {
      const from = inputs.map((input) => shapes.get(input)!)
      return [id, { parameters: 0, flops: primitiveOf(kind).flops?.(from, shape, attrs) ?? 0 }]
    }),
  )
  for (const { name, role, shape } of parametersOf(graph))
    if (role === 'weight') costs.get(name.slice(0, name.lastIndexOf(':')))!.parameters += sizeOf(shape)
  return costs
}

const weighted = new Set(['conv', 'depthwise', 'dense'])
/** Does a node count for depth: a convolution or a product? */
export const hasWeights = (node: Node): boolean => weighted.has(node.kind)
