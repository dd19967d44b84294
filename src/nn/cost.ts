import type { Graph, Node, Shape } from './graph.js'
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

/** The share of one node in a network's cost. */
export type NodeCost = Pick<Cost, 'parameters' | 'flops'>

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

/** The parameters and FLOPs of each node of a graph, by id. */
export function costsByNode(graph: Graph): Map<string, NodeCost> {
  const shapes = new Map(graph.nodes.map(({ id, shape }) => [id, shape]))
  return new Map(
    graph.nodes.map((node) => [
      node.id,
      nodeCost(
        node,
        node.inputs.map((id) => shapes.get(id)!),
      ),
    ]),
  )
}

/** The parameters and FLOPs of a node, given the shapes of its inputs. */
export function nodeCost(
  { kind, shape, attrs }: Pick<Node, 'kind' | 'shape' | 'attrs'>,
  inputs: readonly Shape[],
): NodeCost {
  const primitive = primitiveOf(kind)
  const weights = Object.values(primitive.parameters?.(inputs, attrs) ?? {}).filter(
    ({ role }) => role === 'weight',
  )
  return {
    parameters: weights.reduce((sum, spec) => sum + sizeOf(spec.shape), 0),
    flops: primitive.flops?.(inputs, shape, attrs) ?? 0,
  }
}

const weighted = new Set(['conv', 'depthwise', 'dense'])
/** Whether a node counts for depth: a convolution or a matrix product. */
export const hasWeights = (node: Node): boolean => weighted.has(node.kind)
