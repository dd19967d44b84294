import * as tf from '@tensorflow/tfjs-core'
import * as tfl from '@tensorflow/tfjs-layers'
import type { Scale, Scales, Task } from '../data/types.js'
import { parametersOf } from '../nn/cost.js'
import { epsilon } from '../nn/functions/batch-norm.js'
import type { Node, Shape } from '../nn/graph.js'
import { fullOf } from '../nn/primitives/bins.js'
import { withoutDilations } from './dilation.js'
import { withoutRandomNodes } from './evaluation.js'
import { fixedWeights } from './fixed-weights.js'
import { foldGates, foldOutputScale, type PlainNetwork } from './fold.js'
import { withoutZeroNodes } from './zeros.js'

/** A derived network, and what turns its inputs and outputs into the model's. */
export interface ExportSource extends PlainNetwork {
  readonly name: string
  /** Those that the model does itself. */
  readonly scales: Scales
  /** Where scaled inputs end: see `Scaler`. */
  readonly bend?: number | undefined
  readonly task: Task
}

type Layer = tfl.layers.Layer

/** Reads an attribute as it is; the graph's primitives checked it. */
const number = (node: Node, name: string, otherwise = 1): number =>
  (node.attrs[name] as number | undefined) ?? otherwise
const zeros = { kernelInitializer: 'zeros', biasInitializer: 'zeros', depthwiseInitializer: 'zeros' } as const
const windowOf = (node: Node, name: string) =>
  ({
    kernelSize: number(node, 'kernel'),
    strides: number(node, 'stride'),
    dilationRate: number(node, 'dilation'),
    padding: 'same',
    useBias: false,
    ...zeros,
    name,
  }) as const
const poolOf = (node: Node, name: string) =>
  ({ poolSize: number(node, 'kernel'), strides: number(node, 'stride'), padding: 'same', name }) as const

const isSeries = (shape: Shape): boolean => shape.length === 2

/** A layer for images on an image or on a series: that as an image of one row, for which no layer of its own is standard. */
function asRow({ shape }: Node, input: Shape, layer: Layer): readonly Layer[] {
  if (!isSeries(input)) return [layer]
  return [
    tfl.layers.reshape({ targetShape: [1, ...input], name: `${layer.name}-row` }),
    layer,
    tfl.layers.reshape({ targetShape: [...shape], name: `${layer.name}-series` }),
  ]
}

/** The standard layers of each kind of node, given its first input's shape. A sum or a concatenation of one input is none. */
const layersOf: Readonly<Record<string, (node: Node, name: string, input: Shape) => readonly Layer[]>> = {
  conv: (node, name, input) => {
    const window = { filters: number(node, 'channels'), ...windowOf(node, name) }
    return [isSeries(input) ? tfl.layers.conv1d(window) : tfl.layers.conv2d(window)]
  },
  depthwise: (node, name, input) => {
    const { kernelSize, ...window } = windowOf(node, name)
    const size: [number, number] = [isSeries(input) ? 1 : kernelSize, kernelSize]
    return asRow(node, input, tfl.layers.depthwiseConv2d({ kernelSize: size, ...window }))
  },
  'batch-norm': (node, name) => {
    const affine = Boolean(node.attrs.affine)
    return [tfl.layers.batchNormalization({ epsilon, center: affine, scale: affine, name })]
  },
  affine: (_node, name) => [scaling(name)],
  activation: (node, name) => [tfl.layers.activation({ activation: node.attrs.function as 'relu', name })],
  'max-pool': (node, name, input) => [
    isSeries(input)
      ? tfl.layers.maxPooling1d(poolOf(node, name))
      : tfl.layers.maxPooling2d(poolOf(node, name)),
  ],
  'avg-pool': (node, name, input) => [
    isSeries(input)
      ? tfl.layers.averagePooling1d(poolOf(node, name))
      : tfl.layers.averagePooling2d(poolOf(node, name)),
  ],
  'global-avg-pool': (_node, name, input) => [
    isSeries(input)
      ? tfl.layers.globalAveragePooling1d({ name })
      : tfl.layers.globalAveragePooling2d({ name }),
  ],
  dense: (node, name) => [tfl.layers.dense({ units: number(node, 'units'), ...zeros, name })],
  add: ({ inputs }, name) => (inputs.length === 1 ? [] : [tfl.layers.add({ name })]),
  concat: ({ inputs }, name) => (inputs.length === 1 ? [] : [tfl.layers.concatenate({ name })]),
  crop: (node, name, input) => {
    const cropping: [[number, number], [number, number]] = [
      [number(node, 'top', 0), 0],
      [number(node, 'left'), 0],
    ]
    return asRow(node, input, tfl.layers.cropping2D({ cropping, name }))
  },
  upsample: (node, name, input) => {
    const factor = number(node, 'factor')
    const size = [isSeries(input) ? 1 : factor, factor]
    return asRow(node, input, tfl.layers.upSampling2d({ size, name }))
  },
  // Linear maps over the steps, whose constants are set with the weights.
  'from-last': ({ shape }, name) => [
    tfl.layers.permute({ dims: [2, 1], name: `${name}-steps` }),
    tfl.layers.dense({ units: shape[0]!, useBias: false, trainable: false, ...zeros, name }),
    tfl.layers.permute({ dims: [2, 1], name: `${name}-series` }),
  ],
  last: ({ shape }, name) => [
    tfl.layers.flatten({ name: `${name}-values` }),
    tfl.layers.dense({ units: shape[0]!, useBias: false, trainable: false, ...zeros, name }),
  ],
  // Each number by itself becomes so many: what a depthwise convolution with constants does.
  bins: ({ attrs }, name, [features]) => [
    tfl.layers.reshape({ targetShape: [1, 1, features!], name: `${name}-values` }),
    tfl.layers.depthwiseConv2d({
      kernelSize: 1,
      depthMultiplier: attrs.count as number,
      trainable: false,
      depthwiseInitializer: 'zeros',
      name,
    }),
    tfl.layers.reLU({ maxValue: fullOf(attrs.count as number), name: `${name}-filled` }),
    tfl.layers.flatten({ name: `${name}-flat` }),
  ],
  flatten: (_node, name) => [tfl.layers.flatten({ name })],
  reshape: ({ shape }, name) => [tfl.layers.reshape({ targetShape: [...shape], name })],
}

/** A batch norm of exactly (x − mean) · gamma + beta, as variance is 1: the standard layer for constants. */
const scaling = (name: string): Layer => tfl.layers.batchNormalization({ epsilon: 0, trainable: false, name })

/**
 * Builds a model of standard TensorFlow.js layers. It scales its inputs, and returns
 * probabilities, or values scaled back. The caller disposes it.
 */
export function toLayersModel({ name, scales, bend, task, ...network }: ExportSource): tfl.LayersModel {
  const isClass = task.kind === 'classification'
  const folded = withoutDilations(withoutZeroNodes(foldGates(withoutRandomNodes(network))))
  const { graph, values } = isClass ? folded : foldOutputScale(folded, scales.target)
  const layerName = uniqueNames()
  const symbols = new Map<string, tfl.SymbolicTensor>()
  const initial = new Map<Layer, tf.Tensor[]>()
  const input = graph.nodes.find((node) => node.kind === 'input')!
  const fed = tfl.input({ shape: [...input.shape], name: layerName('input') })
  let read = fed

  tf.tidy(() => {
    const scaled = (id: string, scale: Scale) => {
      const layer = scaling(layerName(id))
      read = layer.apply(read) as tfl.SymbolicTensor
      initial.set(layer, standardiseWeights(scale))
    }
    scaled('input-scale', bend === undefined ? scales.input : wider(scales.input, bend))
    if (bend !== undefined) {
      const tanh = tfl.layers.activation({ activation: 'tanh', name: layerName('input-bend') })
      read = tanh.apply(read) as tfl.SymbolicTensor
      scaled('input-width', {
        mean: scales.input.mean.map(() => 0),
        std: scales.input.std.map(() => 1 / bend),
      })
    }
    symbols.set(input.id, read)
    const shapes = new Map(graph.nodes.map(({ id, shape }) => [id, shape]))
    for (const node of graph.nodes) {
      if (node.kind === 'input') continue
      const layers = layersOf[node.kind]!(node, layerName(node.id), shapes.get(node.inputs[0]!)!)
      const inputs = node.inputs.map((id) => symbols.get(id)!)
      const applied = layers.reduce<tfl.SymbolicTensor | tfl.SymbolicTensor[]>(
        (x, layer) => layer.apply(x) as tfl.SymbolicTensor,
        inputs.length === 1 ? inputs[0]! : inputs,
      )
      symbols.set(node.id, Array.isArray(applied) ? applied[0]! : applied)
      for (const layer of layers)
        if (layer.weights.length > 0) initial.set(layer, weightsOf(node, layer, { graph, values }))
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
function weightsOf(node: Node, layer: Layer, { graph, values }: PlainNetwork): tf.Tensor[] {
  const fixed = fixedWeights(node, graph.nodes.find(({ id }) => id === node.inputs[0])!.shape)
  if (fixed) return fixed
  const own = parametersOf(graph).filter(({ name }) => name.startsWith(`${node.id}:`))
  const tensors = own.map(({ name, init }, i) => {
    // A Conv1D's kernel lacks the axis of size 1.
    const shape = layer.weights[i]!.shape as number[]
    const value = values.get(name)
    if (value) return tf.tensor(value, shape)
    return init === 'ones' ? tf.ones(shape) : tf.zeros(shape)
  })
  const features = [node.shape.at(-1)!]
  return node.kind === 'affine' ? [...tensors, tf.zeros(features), tf.ones(features)] : tensors
}

/** A scale by deviations that are so many times as large. */
const wider = ({ mean, std }: Scale, times: number): Scale => ({
  mean,
  std: std.map((value) => value * times),
})

/** (x − mean) / std: subtracting first keeps the digits of inputs far from 0. */
function standardiseWeights({ mean, std }: Scale): tf.Tensor[] {
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
