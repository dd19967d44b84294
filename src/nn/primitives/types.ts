import type * as tf from '@tensorflow/tfjs-core'
import type { RandomStream } from '../../base/random.js'
import type { BatchStatistics } from '../functions/batch-norm.js'
import type { Attributes, Shape } from '../graph.js'
import type { InitialiserName } from '../initialisers.js'

/** One array that a primitive owns. */
export interface ParameterSpec {
  readonly shape: readonly number[]
  readonly init: InitialiserName
  /** `weight` is trained; `statistic` is a moving average or a constant, never trained nor counted. */
  readonly role: 'weight' | 'statistic'
  /** The axis that runs over the output features and the one over the input features, if any. */
  readonly outAxis?: number
  readonly inAxis?: number
}

/** What a pass knows, apart from the tensors. */
export interface RunContext {
  readonly training: boolean
  /** The mixture weights of a gate group's members, [M], in the order of the graph's members. */
  readonly mixture: (group: string) => tf.Tensor1D
  /** Batch statistics by batch-norm node: a training pass puts them in, once, and its backward pass reads them. */
  readonly statistics: Map<string, BatchStatistics>
  /** Slopes [3, C] by batch-norm node whose gradient its reader has left to the node before it; a backward pass's own. */
  readonly slopes: Map<string, tf.Tensor2D>
  /** Random numbers of a training pass for a purpose and a node: the same ones each time they are asked for. */
  readonly random?: ((purpose: string, node: string) => RandomStream) | undefined
  /** The share of its rate with which each drop-path node drops now, 0 … 1; 1 by default. */
  readonly dropPath?: number | undefined
}

export interface ForwardArguments {
  readonly node: string
  /** [N, …shape] each. */
  readonly inputs: readonly tf.Tensor[]
  readonly attrs: Attributes
  readonly parameter: (name: string) => tf.Tensor
  readonly context: RunContext
}

export interface BackwardArguments extends Omit<ForwardArguments, 'inputs'> {
  /** The inputs of the forward pass, if the primitive reads them. */
  readonly inputs: readonly tf.Tensor[]
  /** Their shapes, [N, …shape] each. */
  readonly shapes: readonly (readonly number[])[]
  /** The output of the forward pass, if the primitive reads it. */
  readonly output: tf.Tensor
  /** The gradient of the output. */
  readonly dy: tf.Tensor
  /**
   * The current sums of the gradients of wanted inputs, if they may be added to in place. A primitive that
   * does so returns that tensor as the gradient of the input.
   */
  readonly sums: readonly (tf.Tensor | undefined)[]
  /** Which inputs' gradients are wanted, and whether those of its own parameters or gates are. */
  readonly wanted: { readonly inputs: readonly boolean[]; readonly own: boolean }
}

/** Gradients that a primitive hands back; those that are not wanted may be left out. */
export interface Pullback {
  readonly inputs: readonly (tf.Tensor | undefined)[]
  readonly parameters?: Readonly<Record<string, tf.Tensor>>
  readonly mixture?: tf.Tensor1D
}

/** The values of the forward pass that the backward pass reads. They are kept or computed again for it. */
export interface Reads {
  /** Always, or only where its own parameters or gates are trained. */
  readonly inputs?: 'always' | 'own'
  readonly output?: boolean
}

/** A kind of node: its shape, its parameters, its computation and gradient, its cost. */
export interface Primitive {
  readonly kind: string
  /** The shape of the output (without batch). Throws if the inputs do not fit. */
  shape(inputs: readonly Shape[], attrs: Attributes): Shape
  parameters?(inputs: readonly Shape[], attrs: Attributes): Readonly<Record<string, ParameterSpec>>
  /** Called inside a tidy. */
  forward(args: ForwardArguments): tf.Tensor
  /** Called inside a tidy. */
  backward(args: BackwardArguments): Pullback
  /** Nothing by default. */
  readonly reads?: Reads | ((attrs: Attributes) => Reads)
  /** Multiply-adds for one example, as the field's tables count FLOPs; 0 by default. */
  flops?(inputs: readonly Shape[], output: Shape, attrs: Attributes): number
  /** Does it act on each feature (last axis) by itself, so that units can be cut through it? */
  readonly featurewise?: boolean
  /** Whether a feature that is always 0 stays 0 after this node. Not by default. */
  keepsZero?(attrs: Attributes): boolean
  /** The attribute that holds the number of output features, for primitives that units can be cut from. */
  readonly widthAttribute?: string
}

/** Declares a primitive. */
export const primitive = (definition: Primitive): Primitive => definition

/** The product of a shape's sizes. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1)

/** The last axis's size. */
export const featuresOf = (shape: Shape): number => shape[shape.length - 1]!

/** Throws unless all shapes are the first one: what a sum of inputs needs. */
export function equalShapes(kind: string, shapes: readonly Shape[]): Shape {
  const [first] = shapes
  for (const shape of shapes)
    if (shape.join() !== first!.join())
      throw new Error(`${kind} needs equal shapes, got [${first!.join(', ')}] and [${shape.join(', ')}]`)
  return first!
}
