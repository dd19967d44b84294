import { affineOf } from '../precision/affine.js'
import { dequantize, kernelsOf, namesIn, type Kernel } from './quantize.js'
import type { NodeProto, OnnxModel, TensorProto } from './types.js'

/** The least and the greatest value that a tensor took, by its name. */
export type Ranges = ReadonlyMap<string, readonly [number, number]>

/** What a rectifier leaves of a convolution is all that has to be held. */
const rectifiers = new Set(['Relu', 'Clip'])

/**
 * The tensors that static quantization rounds: what convolutions and products read, and what convolutions
 * give. Each has the tensor whose range it is held in: that behind a rectifier if nothing else reads it.
 */
export function roundedTensors(model: OnnxModel): Map<string, string> {
  const kernels = kernelsOf(model)
  const rangeTensors = new Map<string, string>()
  for (const { type, inputs, outputs } of model.nodes) {
    if (!kernels.has(inputs[1] ?? '')) continue
    rangeTensors.set(inputs[0]!, rangeTensors.get(inputs[0]!) ?? inputs[0]!)
    if (type !== 'Conv') continue
    const readers = model.nodes.filter((node) => node.inputs.includes(outputs[0]!))
    const isRectified = readers.length === 1 && rectifiers.has(readers[0]!.type)
    rangeTensors.set(outputs[0]!, isRectified ? readers[0]!.outputs[0]! : outputs[0]!)
  }
  return rangeTensors
}

/**
 * A model in static 8-bit quantization, as QuantizeLinear and DequantizeLinear around its convolutions and
 * products: kernels are int8 with a scale for each output feature, biases int32, and activations int8 by the
 * given ranges. Runtimes compute such a model in whole numbers.
 */
export function withQdq(model: OnnxModel, ranges: Ranges): OnnxModel {
  const kernels = kernelsOf(model)
  const heldIn = roundedTensors(model)
  const fresh = namesIn(model)
  const initialisers = new Map(model.initialisers.map((tensor) => [tensor.name, tensor]))
  const nodes: NodeProto[] = []
  const done = new Map<string, string>()
  const convolved = new Map<string, string>()
  const affineFor = (x: string) => affineOf(ranges.get(heldIn.get(x)!)!, -128)
  const add = (...tensors: TensorProto[]) => tensors.forEach((each) => initialisers.set(each.name, each))

  /** The tensor x, rounded: what is behind its pair of operators, which are written once. */
  const rounded = (x: string): string => {
    const known = done.get(x)
    if (known !== undefined) return known
    const { scale, zero } = affineFor(x)
    const names = ['scale', 'zero', 'int8', 'rounded'].map((what) => fresh(`${x}/${what}`))
    const [by, from, whole, back] = names as [string, string, string, string]
    add({ name: by, type: 'float', dims: [], values: [scale] })
    add({ name: from, type: 'int8', dims: [], values: [zero] })
    const pair = (type: string, name: string, read: string): NodeProto => ({
      name,
      type,
      inputs: [read, by, from],
      outputs: [name],
      attributes: {},
    })
    nodes.push(pair('QuantizeLinear', whole, x), pair('DequantizeLinear', back, whole))
    done.set(x, back)
    return back
  }

  for (const node of model.nodes) {
    const kernel = kernels.get(node.inputs[1] ?? '')
    const inputs = node.inputs.map((name) => convolved.get(name) ?? name)
    if (!kernel) {
      nodes.push({ ...node, inputs })
      continue
    }
    const x = rounded(node.inputs[0]!)
    const bias = initialisers.get(node.inputs[2] ?? '')
    const stored = wholeKernel(kernel, affineFor(node.inputs[0]!).scale, { bias, fresh })
    const constants = stored.map((parts, i) => {
      add(...parts)
      const name = fresh(`${parts[0]!.name}/float`)
      nodes.push(dequantize(name, parts, i === 0 ? kernel.axis : 0))
      return name
    })
    nodes.push({ ...node, inputs: [x, ...constants] })
    const [output] = node.outputs
    if (node.type === 'Conv') convolved.set(output!, rounded(output!))
  }
  return { ...model, nodes, initialisers: [...initialisers.values()] }
}

/** Biases have this many steps at most, so that 32 bits hold them. */
const biasSteps = 2 ** 30

/** A kernel as int8 and its bias as int32, each with its scales; the bias has those of the products. */
function wholeKernel(
  kernel: Kernel,
  inputScale: number,
  { bias, fresh }: { readonly bias: TensorProto | undefined; readonly fresh: (wanted: string) => string },
): TensorProto[][] {
  const { tensor, values, features, featureOf } = kernel
  const biases = bias && Float32Array.from(bias.values as ArrayLike<number>)
  const most = new Float64Array(features)
  values.forEach((w, i) => (most[featureOf(i)] = Math.max(most[featureOf(i)]!, Math.abs(w))))
  const scales = Float32Array.from(most, (largest, feature) => {
    const least = Math.abs(biases?.[feature] ?? 0) / inputScale / biasSteps
    return Math.max(largest / 127, least) || 1
  })
  const scaleOf = (name: string, scaleValues: Float32Array): TensorProto => ({
    name: fresh(`${name}/scale`),
    type: 'float',
    dims: [features],
    values: scaleValues,
  })
  const whole = Int8Array.from(values, (w, i) => Math.round(w / scales[featureOf(i)]!))
  const stored: TensorProto[][] = [[{ ...tensor, type: 'int8', values: whole }, scaleOf(tensor.name, scales)]]
  if (!bias || !biases) return stored
  const products = scales.map((scale) => scale * inputScale)
  const wholeBiases = Int32Array.from(biases, (b, feature) => Math.round(b / products[feature]!))
  return [...stored, [{ ...bias, type: 'int32', values: wholeBiases }, scaleOf(bias.name, products)]]
}
