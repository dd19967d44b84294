import { epsilon } from '../../nn/functions/batch-norm.js'
import { samePaddings } from '../../nn/functions/spatial.js'
import type { Node, Shape } from '../../nn/graph.js'
import { fullOf, linesOf } from '../../nn/primitives/bins.js'
import { imageShape, windowOf } from '../../nn/primitives/window.js'
import { activationWriters } from './activations.js'
import type { OnnxBuilder } from './builder.js'
import { featuresFirst, featuresLast, transposed } from './layout.js'
import type { OnnxAttributes } from './types.js'

/** What a writer is given: a node, the names and shapes of its inputs, and its parameters. */
export interface Written {
  readonly to: OnnxBuilder
  readonly node: Node
  /** Names of the values that it reads, in the layout of `layout.ts`. */
  readonly inputs: readonly string[]
  /** Their shapes as the graph has them: features last, without the batch. */
  readonly shapes: readonly Shape[]
  /** Whether the network has values for a parameter, and these; without them, `otherwise` (0) everywhere. */
  readonly has: (name: string) => boolean
  readonly parameter: (name: string, length: number, otherwise?: number) => Float32Array
}

/** Writes a node as operators. Returns the name of its output. */
export type Writer = (written: Written) => string

/**
 * The writer of each kind of node. Gates (`mix`, `units`) are only in supernets, and what draws random numbers
 * or carries nothing is rewritten before: see `evaluation.ts` and `zeros.ts`.
 */
export const onnxWriters: Readonly<Record<string, Writer>> = {
  conv: (written) => {
    const { node, shapes } = written
    const [inputs, outputs] = [shapes[0]!.at(-1)!, node.shape.at(-1)!]
    return convolution(written, [outputs, inputs], { group: 1 })
  },
  depthwise: (written) => {
    const channels = written.node.shape.at(-1)!
    return convolution(written, [channels, 1], { group: channels })
  },
  'batch-norm': ({ to, node, inputs, parameter }) => {
    const features = node.shape.at(-1)!
    const constantOf = (name: string, otherwise: number) =>
      to.constant(`${node.id}:${name}`, 'float', [features], parameter(name, features, otherwise))
    const names = [
      constantOf('scale', 1),
      constantOf('offset', 0),
      constantOf('mean', 0),
      constantOf('variance', 1),
    ]
    return to.op('BatchNormalization', node.id, [inputs[0]!, ...names], { epsilon: { float: epsilon } })
  },
  affine: scaled,
  scale: scaled,
  activation: ({ to, node, inputs }) =>
    activationWriters[node.attrs.function as keyof typeof activationWriters](to, node.id, inputs[0]!),
  'max-pool': (written) => pool('MaxPool', written),
  'avg-pool': (written) => pool('AveragePool', written, { count_include_pad: 0 }),
  'global-avg-pool': ({ to, node, inputs }) =>
    to.op('Flatten', node.id, [to.op('GlobalAveragePool', `${node.id}/mean`, [inputs[0]!])]),
  dense: ({ to, node, inputs, shapes, parameter }) => {
    const [features, units] = [shapes[0]![0]!, node.shape[0]!]
    const kernel = parameter('kernel', features * units)
    return to.op('Gemm', node.id, [
      inputs[0]!,
      to.constant(`${node.id}:kernel`, 'float', [features, units], kernel),
      to.constant(`${node.id}:bias`, 'float', [units], parameter('bias', units)),
    ])
  },
  add: ({ to, node, inputs }) => (inputs.length === 1 ? inputs[0]! : to.op('Sum', node.id, inputs)),
  concat: ({ to, node, inputs }) =>
    inputs.length === 1 ? inputs[0]! : to.op('Concat', node.id, inputs, { axis: 1 }),
  crop: ({ to, node, inputs, shapes }) => {
    const { top = 0, left } = node.attrs as Record<string, number>
    const starts = shapes[0]!.length === 2 ? [left!] : [top, left!]
    return slice(to, node.id, inputs[0]!, starts, shapes[0]!.slice(0, -1))
  },
  upsample: ({ to, node, inputs, shapes }) => {
    const factor = node.attrs.factor as number
    const scales = [1, 1, ...shapes[0]!.slice(0, -1).map(() => factor)]
    const factors = to.constant(`${node.id}/factors`, 'float', [scales.length], scales)
    return to.op('Resize', node.id, [inputs[0]!, '', factors], {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    })
  },
  flatten: ({ to, node, inputs, shapes }) =>
    to.op('Flatten', node.id, [featuresLast(to, inputs[0]!, shapes[0]!, `${node.id}/last`)]),
  reshape: ({ to, node, inputs, shapes }) => {
    const values = featuresLast(to, inputs[0]!, shapes[0]!, `${node.id}/last`)
    const shaped = writeReshape(to, `${node.id}/shaped`, values, node.shape)
    return featuresFirst(to, shaped, node.shape, node.id)
  },
  'from-last': ({ to, node, inputs, shapes }) => {
    const [steps] = shapes[0] as [number]
    const end = slice(to, `${node.id}/end`, inputs[0]!, [steps - 1], [steps])
    const earlier = slice(to, `${node.id}/earlier`, inputs[0]!, [0], [steps - 1])
    const differences = to.op('Sub', `${node.id}/apart`, [earlier, end])
    return to.op('Concat', node.id, [differences, end], { axis: 2 })
  },
  last: ({ to, node, inputs, shapes }) => {
    const columns = node.attrs.columns as readonly number[]
    const step = to.constant(`${node.id}/step`, 'int64', [], [shapes[0]![0]! - 1])
    const end = to.op('Gather', `${node.id}/end`, [inputs[0]!, step], { axis: 2 })
    const chosen = to.constant(`${node.id}/columns`, 'int64', [columns.length], columns)
    return to.op('Gather', node.id, [end, chosen], { axis: 1 })
  },
  bins: ({ to, node, inputs }) => {
    const count = node.attrs.count as number
    const { slopes, offsets } = linesOf(count)
    const constantOf = (name: string, values: Float32Array) =>
      to.constant(`${node.id}/${name}`, 'float', [count], values)
    const axis = to.constant(`${node.id}/axis`, 'int64', [1], [2])
    const expanded = to.op('Unsqueeze', `${node.id}/apart`, [inputs[0]!, axis])
    const sloped = to.op('Mul', `${node.id}/sloped`, [expanded, constantOf('slopes', slopes)])
    const filled = to.op('Add', `${node.id}/filled`, [sloped, constantOf('offsets', offsets)])
    const bounds = [0, fullOf(count)].map((bound, i) =>
      to.constant(`${node.id}/${i === 0 ? 'empty' : 'full'}`, 'float', [], [bound]),
    )
    return to.op('Flatten', node.id, [to.op('Clip', `${node.id}/clipped`, [filled, ...bounds])])
  },
}

/** The attributes of a window with TensorFlow's `same` padding, which ONNX gets as explicit pads. */
function windowAttributes({ node, shapes }: Written): OnnxAttributes & { kernel_shape: readonly number[] } {
  const [shape] = shapes as [Shape]
  const { kernel, stride, dilation } = windowOf(shape, node.attrs)
  const paddings = samePaddings(imageShape([1, ...shape]), { kernel, stride, dilation })
  // A series is an image of one row for Sentei, and has one axis of positions in ONNX.
  const along = <T>(pair: readonly [T, T]): T[] => pair.slice(shape.length === 2 ? 1 : 0)
  const sides = along(paddings)
  return {
    kernel_shape: along(kernel),
    strides: along(stride),
    pads: [...sides.map(({ before }) => before), ...sides.map(({ after }) => after)],
    dilations: along(dilation),
  }
}

/** x · scale + offset for each feature; without an offset, x · scale. */
function scaled({ to, node, inputs, has, parameter }: Written): string {
  const features = node.shape.at(-1)!
  // Behind the features stand the axes of positions.
  const dims = [features, ...node.shape.slice(1).map(() => 1)]
  const constantOf = (name: string, otherwise: number) =>
    to.constant(`${node.id}:${name}`, 'float', dims, parameter(name, features, otherwise))
  const product = to.op('Mul', `${node.id}/scaled`, [inputs[0]!, constantOf('scale', 1)])
  return has('offset') ? to.op('Add', node.id, [product, constantOf('offset', 0)]) : product
}

/** A convolution: its kernel [h, w, I, O] or [h, w, C, 1] becomes [O, I, h, w] or [C, 1, h, w]. */
function convolution(written: Written, channels: readonly [number, number], more: OnnxAttributes): string {
  const { to, node, inputs, has, parameter } = written
  const attributes = windowAttributes(written)
  const positions = attributes.kernel_shape.reduce((product, n) => product * n, 1)
  const pairs = channels[0] * channels[1]
  // [h · w, I · O] → [I · O, h · w], and the pairs (i, o) in the order (o, i).
  const taps = transposed(parameter('kernel', positions * pairs), positions, pairs)
  const isDepthwise = more.group !== 1
  const kernel = isDepthwise ? taps : swapped(taps, channels[1], channels[0], positions)
  const dims = [...channels, ...attributes.kernel_shape]
  const weights = [to.constant(`${node.id}:kernel`, 'float', dims, kernel)]
  if (has('bias'))
    weights.push(to.constant(`${node.id}:bias`, 'float', [channels[0]], parameter('bias', channels[0])))
  return to.op('Conv', node.id, [inputs[0]!, ...weights], { ...attributes, ...more })
}

/** Blocks [first, second, size] as [second, first, size]. */
function swapped(values: Float32Array, first: number, second: number, size: number): Float32Array {
  const result = new Float32Array(values.length)
  for (let i = 0; i < first; i++)
    for (let j = 0; j < second; j++) {
      const from = (i * second + j) * size
      result.set(values.subarray(from, from + size), (j * first + i) * size)
    }
  return result
}

function pool(type: string, written: Written, more: OnnxAttributes = {}): string {
  const { dilations: _, ...attributes } = windowAttributes(written)
  return written.to.op(type, written.node.id, [written.inputs[0]!], { ...attributes, ...more })
}

/** The positions of x from `starts` to `ends`, one of each for every axis behind the features. */
function slice(
  to: OnnxBuilder,
  name: string,
  x: string,
  starts: readonly number[],
  ends: readonly number[],
): string {
  const list = (what: string, values: readonly number[]) =>
    to.constant(`${name}/${what}`, 'int64', [values.length], values)
  const axes = starts.map((_, i) => i + 2)
  return to.op('Slice', name, [x, list('starts', starts), list('ends', ends), list('axes', axes)])
}

/** x as [N, …shape]; a size of 0 copies that of the batch. */
export function writeReshape(to: OnnxBuilder, name: string, x: string, shape: Shape): string {
  return to.op('Reshape', name, [x, to.constant(`${name}/shape`, 'int64', [shape.length + 1], [0, ...shape])])
}
