import type { NodeProto, OnnxAttributes, TensorProto, TensorType } from './types.js'

/** Collects the operators and constants of an ONNX graph. Names are made unique. */
export interface OnnxBuilder {
  readonly nodes: readonly NodeProto[]
  readonly initialisers: readonly TensorProto[]
  /** A name that nothing else has: the given one, or with a number behind it. */
  readonly name: (wanted: string) => string
  /** Adds an operator with one output, which gets the operator's name. Returns that name. */
  readonly op: (type: string, name: string, inputs: readonly string[], attributes?: OnnxAttributes) => string
  /** Passes a value on under a name that was made before: an output's. */
  readonly output: (name: string, x: string) => void
  /** Adds a constant. Returns its name. */
  readonly constant: (
    name: string,
    type: TensorType,
    dims: readonly number[],
    values: TensorProto['values'],
  ) => string
}

/** Makes names that none of the given ones and no other has: the wanted one, or with a number behind it. */
export function namesBeside(known: Iterable<string>): (wanted: string) => string {
  const used = new Set(known)
  return (wanted) => {
    let uniqueName = wanted
    for (let n = 2; used.has(uniqueName); n++) uniqueName = `${wanted}_${n}`
    used.add(uniqueName)
    return uniqueName
  }
}

/** Makes an empty builder. */
export function onnxBuilder(): OnnxBuilder {
  const nodes: NodeProto[] = []
  const initialisers: TensorProto[] = []
  const name = namesBeside([])
  return {
    nodes,
    initialisers,
    name,
    op(type, wanted, inputs, attributes = {}) {
      const uniqueName = name(wanted)
      nodes.push({ name: uniqueName, type, inputs, outputs: [uniqueName], attributes })
      return uniqueName
    },
    output: (outputName, x) =>
      void nodes.push({
        name: outputName,
        type: 'Identity',
        inputs: [x],
        outputs: [outputName],
        attributes: {},
      }),
    constant(wanted, type, dims, values) {
      const uniqueName = name(wanted)
      initialisers.push({ name: uniqueName, type, dims, values })
      return uniqueName
    },
  }
}
