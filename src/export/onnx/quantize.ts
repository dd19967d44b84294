import { affineOf, quantized, rangeOf } from '../precision/affine.js'
import { fitsFloat16 } from '../precision/float16.js'
import { namesBeside } from './builder.js'
import type { NodeProto, OnnxModel, TensorProto } from './types.js'

/** Makes names that nothing in a model has. */
export const namesIn = ({ nodes, initialisers, inputs }: OnnxModel): ((wanted: string) => string) =>
  namesBeside([
    ...[...initialisers, ...inputs].map(({ name }) => name),
    ...nodes.flatMap(({ outputs }) => outputs),
  ])

/** The operators with kernels, and the axis of a kernel along which its output features lie. */
export const kernelAxis: Readonly<Record<string, number>> = { Conv: 0, Gemm: 1 }

/** A constant kernel: its values, and the place of the output feature of each. */
export interface Kernel {
  readonly tensor: TensorProto
  readonly values: Float32Array
  readonly axis: number
  readonly features: number
  readonly featureOf: (place: number) => number
}

/** The kernels of a model by name: the constant second inputs of its convolutions and products. */
export function kernelsOf({ nodes, initialisers }: OnnxModel): Map<string, Kernel> {
  const constants = new Map(initialisers.map((tensor) => [tensor.name, tensor]))
  const entries = nodes.flatMap(({ type, inputs }): [string, Kernel][] => {
    const [axis, tensor] = [kernelAxis[type], constants.get(inputs[1] ?? '')]
    if (axis === undefined || tensor?.type !== 'float') return []
    const features = tensor.dims[axis]!
    const inner = tensor.dims.slice(axis + 1).reduce((product, n) => product * n, 1)
    const featureOf = (place: number) => Math.floor(place / inner) % features
    const values = Float32Array.from(tensor.values as ArrayLike<number>)
    return [[tensor.name, { tensor, values, axis, features, featureOf }]]
  })
  return new Map(entries)
}

/**
 * A model whose kernels are stored as 16-bit floats, or as 8-bit whole numbers with a scale for each output
 * feature, and become 32-bit floats before they are used. A kernel that 16-bit floats cannot hold stays as it
 * is.
 */
export function withStoredKernels(model: OnnxModel, precision: 'float16' | 'uint8'): OnnxModel {
  const kernels = kernelsOf(model)
  const fresh = namesIn(model)
  const read = new Map<string, string>()
  const before: NodeProto[] = []
  const initialisers = model.initialisers.flatMap((tensor) => {
    const kernel = kernels.get(tensor.name)
    if (!kernel || (precision === 'float16' && !fitsFloat16(kernel.values))) return [tensor]
    const name = fresh(`${tensor.name}/float`)
    read.set(tensor.name, name)
    if (precision === 'float16') {
      before.push({ name, type: 'Cast', inputs: [tensor.name], outputs: [name], attributes: { to: 1 } })
      return [{ ...tensor, type: 'float16' as const }]
    }
    const parts = asBytes(kernel, fresh)
    before.push(dequantize(name, parts, kernel.axis))
    return parts
  })
  const nodes = model.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((name) => read.get(name) ?? name),
  }))
  return { ...model, nodes: [...before, ...nodes], initialisers }
}

/** Reads whole numbers as floats: their values, scale and, if there is one, zero point. */
export function dequantize(name: string, parts: readonly TensorProto[], axis: number): NodeProto {
  const inputs = parts.map((part) => part.name)
  return { name, type: 'DequantizeLinear', inputs, outputs: [name], attributes: { axis } }
}

/** A kernel as bytes, with a scale and a zero point for each output feature. */
function asBytes(
  { tensor, values, features, featureOf }: Kernel,
  fresh: (wanted: string) => string,
): TensorProto[] {
  const affine = Array.from({ length: features }, (_, feature) =>
    affineOf(rangeOf(values.filter((_value, i) => featureOf(i) === feature)), 0),
  )
  const vector = (what: string, type: 'float' | 'uint8', numbers: readonly number[]): TensorProto => ({
    name: fresh(`${tensor.name}/${what}`),
    type,
    dims: [features],
    values: numbers,
  })
  const whole = Uint8Array.from(values, (value, i) => quantized(value, affine[featureOf(i)]!, 0))
  return [
    { ...tensor, type: 'uint8', values: whole },
    vector(
      'scale',
      'float',
      affine.map(({ scale }) => scale),
    ),
    vector(
      'zero',
      'uint8',
      affine.map(({ zero }) => zero),
    ),
  ]
}
