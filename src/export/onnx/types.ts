/** The types of tensors that Sentei's ONNX models have. */
export type TensorType =
  'float' | 'float16' | 'double' | 'uint8' | 'int8' | 'int32' | 'int64' | 'bool' | 'string'

/** A constant, or the weights of a node. */
export interface TensorProto {
  readonly name: string
  readonly type: TensorType
  readonly dims: readonly number[]
  readonly values: ArrayLike<number> | readonly string[]
}

/** The value of an attribute: a list is one of integers, and so is a number unless it is `{ float }`. */
export type AttributeValue = number | string | readonly number[] | { readonly float: number }
export type OnnxAttributes = Readonly<Record<string, AttributeValue>>

/** One operator. */
export interface NodeProto {
  readonly name: string
  readonly type: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: OnnxAttributes
}

/** An input or output of a model. A dimension that is a text is free and has that name. */
export interface ValueInfo {
  readonly name: string
  readonly type: TensorType
  readonly dims: readonly (number | string)[]
  /** A sentence for people. */
  readonly about: string
}

/** An ONNX model as plain data. */
export interface OnnxModel {
  readonly name: string
  /** The version of Sentei that made it. */
  readonly version: string
  readonly about: string
  readonly nodes: readonly NodeProto[]
  readonly initialisers: readonly TensorProto[]
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
  /** Texts by key, which tools show beside the model. */
  readonly metadata: Readonly<Record<string, string>>
}
