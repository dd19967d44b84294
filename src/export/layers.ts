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
import { scaleOutput } from '../nn/scaled-output.js'
import { foldGates, type PlainNetwork } from './fold.js'
import { withoutZeroNodes } from './zeros.js'

/** A derived network, and the scaling of its inputs and outputs. */
export interface ExportSource extends PlainNetwork {
  readonly name: string
  /** The scales that the model applies itself. */
  readonly scales: Scales
  /** The bound of scaled inputs: see `Scaler`. */
  readonly bend?: number | undefined
  readonly task: Task
}

type Layer = tfl.layers.Layer

/** Reads an attribute without a check, because the graph's primitives have checked it. */
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

/**
 * Applies a layer for images to an image, or to a series as an image of one row, because there is no such
 * standard layer for series.
 */
function asRow({ shape }: Node, input: Shape, layer: Layer): readonly Layer[] {
  if (!isSeries(input)) return [layer]
  return [
    tfl.layers.reshape({ targetShape: [1, ...input], name: `${layer.name}-row` }),
    layer,
    tfl.layers.reshape({ targetShape: [...shape], name: `${layer.name}-series` }),
  ]
}

/**
 * The standard layers of each kind of node, given the shape of its first input. A sum or concatenation of a
 * single input needs no layer.
 */
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
  scale: (_node, name) => [scaling(name)],
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
  // Linear maps over the steps; their constants are set together with the weights.
  'from-last': ({ shape }, name) => [
    tfl.layers.permute({ dims: [2, 1], name: `${name}-steps` }),
    tfl.layers.dense({ units: shape[0]!, useBias: false, trainable: false, ...zeros, name }),
    tfl.layers.permute({ dims: [2, 1], name: `${name}-series` }),
  ],
  last: ({ shape }, name) => [
    tfl.layers.flatten({ name: `${name}-values` }),
    tfl.layers.dense({ units: shape[0]!, useBias: false, trainable: false, ...zeros, name }),
  ],
  // Maps each number to several ones; a depthwise convolution with constant weights does the same.
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

/**
 * A batch norm that computes exactly (x − mean) · gamma + beta, because its variance is 1: the standard layer
 * for scaling by constants.
 */
const scaling = (name: string): Layer => tfl.layers.batchNormalization({ epsilon: 0, trainable: false, name })

/**
 * Builds a model of standard TensorFlow.js layers. It scales its inputs, and returns probabilities, or values
 * in original units. The caller disposes it.
 */
export function toLayersModel({ name, scales, bend, task, ...network }: ExportSource): tfl.LayersModel {
  const isClass = task.kind === 'classification'
  const folded = withoutDilations(withoutZeroNodes(foldGates(withoutRandomNodes(network))))
  const { graph, values } = isClass ? folded : scaleOutput(folded, scales.target)
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

/** The parameters of a node in the order in which its layer expects them, which is the primitive's order. */
function weightsOf(node: Node, layer: Layer, { graph, values }: PlainNetwork): tf.Tensor[] {
  const fixed = fixedWeights(node, graph.nodes.find(({ id }) => id === node.inputs[0])!.shape)
  if (fixed) return fixed
  const parameters = parametersOf(graph).filter(({ name }) => name.startsWith(`${node.id}:`))
  const tensors = parameters.map(({ name, init }, i) => {
    // The kernel of a Conv1D lacks the axis of size 1.
    const shape = layer.weights[i]!.shape as number[]
    const value = values.get(name)
    if (value) return tf.tensor(value, shape)
    return init === 'ones' ? tf.ones(shape) : tf.zeros(shape)
  })
  const features = [node.shape.at(-1)!]
  // gamma, beta, mean and variance of `scaling`
  if (node.kind === 'affine') return [...tensors, tf.zeros(features), tf.ones(features)]
  if (node.kind === 'scale') return [...tensors, tf.zeros(features), tf.zeros(features), tf.ones(features)]
  return tensors
}

/** A scale whose deviations are multiplied by a factor. */
const wider = ({ mean, std }: Scale, times: number): Scale => ({
  mean,
  std: std.map((value) => value * times),
})

/** The batch-norm weights for (x − mean) / std. Subtracting first keeps the digits of inputs far from 0. */
function standardiseWeights({ mean, std }: Scale): tf.Tensor[] {
  return [
    tf.tensor1d(std.map((value) => 1 / value)),
    tf.zeros([std.length]),
    tf.tensor1d([...mean]),
    tf.ones([std.length]),
  ]
}

/** Makes layer names that TensorFlow.js and Keras accept: without slashes and arrows, and unique. */
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
