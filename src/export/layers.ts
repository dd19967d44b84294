import * as tf from '@tensorflow/tfjs-core'
import * as tfl from '@tensorflow/tfjs-layers'
import type { Scaler, Task } from '../data/types.js'
import { parametersOf } from '../nn/cost.js'
import type { Node } from '../nn/graph.js'
import { epsilon } from '../nn/ops/batch-norm.js'
import { withoutDilatedDepthwise } from './dilation.js'
import { foldGates, foldOutputScale, type PlainNetwork } from './fold.js'
import { withoutZeroNodes } from './zeros.js'

/** A derived network, and what turns its inputs and outputs into original units. */
export interface ExportSource extends PlainNetwork {
  readonly name: string
  readonly scaler: Scaler
  readonly task: Task
}

type Layer = tfl.layers.Layer

/** Reads an attribute as it is; the graph's primitives checked it. */
const number = (node: Node, name: string, otherwise = 1): number =>
  (node.attrs[name] as number | undefined) ?? otherwise
const zeros = { kernelInitializer: 'zeros', biasInitializer: 'zeros', depthwiseInitializer: 'zeros' } as const
const windowOf = (node: Node) =>
  ({
    strides: number(node, 'stride'),
    dilationRate: number(node, 'dilation'),
    padding: 'same',
    useBias: false,
    ...zeros,
  }) as const
const poolOf = (node: Node, name: string) =>
  ({ poolSize: number(node, 'kernel'), strides: number(node, 'stride'), padding: 'same', name }) as const

/** The standard layer of each kind of node. A sum or a concatenation of one input is that input. */
const layerOf: Readonly<Record<string, (node: Node, name: string) => Layer | null>> = {
  conv: (node, name) =>
    tfl.layers.conv2d({
      filters: number(node, 'channels'),
      kernelSize: number(node, 'kernel'),
      ...windowOf(node),
      name,
    }),
  depthwise: (node, name) =>
    tfl.layers.depthwiseConv2d({ kernelSize: number(node, 'kernel'), ...windowOf(node), name }),
  'batch-norm': (node, name) => {
    const affine = Boolean(node.attrs.affine)
    return tfl.layers.batchNormalization({ epsilon, center: affine, scale: affine, name })
  },
  affine: (_node, name) => scaling(name),
  activation: (node, name) => tfl.layers.activation({ activation: node.attrs.function as 'relu', name }),
  'max-pool': (node, name) => tfl.layers.maxPooling2d(poolOf(node, name)),
  'avg-pool': (node, name) => tfl.layers.averagePooling2d(poolOf(node, name)),
  'global-avg-pool': (_node, name) => tfl.layers.globalAveragePooling2d({ name }),
  dense: (node, name) => tfl.layers.dense({ units: number(node, 'units'), ...zeros, name }),
  add: ({ inputs }, name) => (inputs.length === 1 ? null : tfl.layers.add({ name })),
  concat: ({ inputs }, name) => (inputs.length === 1 ? null : tfl.layers.concatenate({ name })),
  crop: (node, name) =>
    tfl.layers.cropping2D({
      cropping: [
        [number(node, 'top'), 0],
        [number(node, 'left'), 0],
      ],
      name,
    }),
  flatten: (_node, name) => tfl.layers.flatten({ name }),
}

/** A batch norm of exactly (x − mean) · gamma + beta, as variance is 1: the standard layer for constants. */
const scaling = (name: string): Layer => tfl.layers.batchNormalization({ epsilon: 0, trainable: false, name })

/**
 * Builds a model of standard TensorFlow.js layers. It takes inputs in original units and returns
 * probabilities, or values in original units. The caller disposes it.
 */
export function toLayersModel({ name, scaler, task, ...network }: ExportSource): tfl.LayersModel {
  const isClass = task.kind === 'classification'
  const folded = withoutDilatedDepthwise(withoutZeroNodes(foldGates(network)))
  const { graph, values } = isClass ? folded : foldOutputScale(folded, scaler.target)
  const layerName = uniqueNames()
  const symbols = new Map<string, tfl.SymbolicTensor>()
  const initial = new Map<Layer, tf.Tensor[]>()
  const input = graph.nodes.find((node) => node.kind === 'input')!
  const fed = tfl.input({ shape: [...input.shape], name: layerName('input') })
  const standardise = scaling(layerName('input-scale'))
  symbols.set(input.id, standardise.apply(fed) as tfl.SymbolicTensor)

  tf.tidy(() => {
    initial.set(standardise, standardiseWeights(scaler))
    for (const node of graph.nodes) {
      if (node.kind === 'input') continue
      const layer = layerOf[node.kind]!(node, layerName(node.id))
      const inputs = node.inputs.map((id) => symbols.get(id)!)
      symbols.set(
        node.id,
        layer ? (layer.apply(inputs.length === 1 ? inputs[0]! : inputs) as tfl.SymbolicTensor) : inputs[0]!,
      )
      if (layer && layer.weights.length > 0) initial.set(layer, weightsOf(node, { graph, values }))
    }
    for (const [layer, weights] of initial) layer.setWeights(weights)
  })
  const logits = symbols.get(graph.outputs.task!)!
  const output = isClass
    ? (tfl.layers.softmax({ axis: -1, name: layerName('probabilities') }).apply(logits) as tfl.SymbolicTensor)
    : logits
  return tfl.model({ inputs: fed, outputs: output, name })
}

/** A node's parameters in the order in which its layer takes them, which is the primitive's own. */
function weightsOf(node: Node, { graph, values }: PlainNetwork): tf.Tensor[] {
  const own = parametersOf(graph).filter(({ name }) => name.startsWith(`${node.id}:`))
  const tensors = own.map(({ name, shape, init }) => {
    const value = values.get(name)
    if (value) return tf.tensor(value, [...shape])
    return init === 'ones' ? tf.ones([...shape]) : tf.zeros([...shape])
  })
  const features = [node.shape.at(-1)!]
  return node.kind === 'affine' ? [...tensors, tf.zeros(features), tf.ones(features)] : tensors
}

/** (x − mean) / std: subtracting first keeps the digits of inputs far from 0. */
function standardiseWeights({ input: { mean, std } }: Scaler): tf.Tensor[] {
  return [
    tf.tensor1d(std.map((value) => 1 / value)),
    tf.zeros([std.length]),
    tf.tensor1d([...mean]),
    tf.ones([std.length]),
  ]
}

/** Layer names that TensorFlow.js and Keras take: no slashes, no arrows, none twice. */
function uniqueNames(): (id: string) => string {
  const used = new Set<string>()
  return (id) => {
    const base = id.replaceAll('→', '-').replace(/[^A-Za-z0-9.-]+/g, '_')
    let name = base
    for (let n = 2; used.has(name); n++) name = `${base}-${n}`
    used.add(name)
    return name
  }
}
