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
  /** The axes that run over the output features and over the input features, if any. */
  readonly outAxis?: number
  readonly inAxis?: number
}

/** What a pass needs, apart from the tensors. */
export interface RunContext {
  readonly training: boolean
  /** The mixture weights of a gate group's members, [M], in the order of the graph's members. */
  readonly mixture: (group: string) => tf.Tensor1D
  /**
   * Batch statistics by batch-norm node. A training pass stores them once, and its backward pass reads them.
   */
  readonly statistics: Map<string, BatchStatistics>
  /**
   * Slopes [3, C] by batch-norm node, for batch norms whose reader has left their gradient to the node before
   * them. They belong to one backward pass.
   */
  readonly slopes: Map<string, tf.Tensor2D>
  /** Random numbers of a training pass for a purpose and a node. Each call gives the same numbers. */
  readonly random?: ((purpose: string, node: string) => RandomStream) | undefined
  /** The share of its rate with which each drop-path node drops now, 0 … 1; 1 by default. */
  readonly dropPath?: (() => number) | undefined
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
  /** The inputs of the forward pass, if the primitive reads them in its backward pass. */
  readonly inputs: readonly tf.Tensor[]
  /** The inputs' shapes, [N, …shape] each. */
  readonly shapes: readonly (readonly number[])[]
  /** The output of the forward pass, if the primitive reads it in its backward pass. */
  readonly output: tf.Tensor
  /** The gradient of the output. */
  readonly dy: tf.Tensor
  /**
   * For each wanted input, the current sum of its gradients, if it may be added to in place. A primitive that
   * does so returns that tensor as the gradient of the input.
   */
  readonly sums: readonly (tf.Tensor | undefined)[]
  /** Which inputs' gradients are wanted, and whether those of the node's own parameters or gates are. */
  readonly wanted: { readonly inputs: readonly boolean[]; readonly trained: boolean }
}

/** Gradients that a primitive returns. Those that are not wanted may be left out. */
export interface Pullback {
  readonly inputs: readonly (tf.Tensor | undefined)[]
  readonly parameters?: Readonly<Record<string, tf.Tensor>>
  readonly mixture?: tf.Tensor1D
}

/** The values of the forward pass that the backward pass reads. They are kept for it or computed again. */
export interface Reads {
  /** `always`, or only if the node's own parameters or gates are trained (`own`). */
  readonly inputs?: 'always' | 'own'
  readonly output?: boolean
}

/** A kind of node: its shape, parameters, computation, gradient and cost. */
export interface Primitive {
  readonly kind: string
  /** The shape of the output (without batch). Throws if the inputs do not fit. */
  shape(inputs: readonly Shape[], attrs: Attributes): Shape
  parameters?(inputs: readonly Shape[], attrs: Attributes): Readonly<Record<string, ParameterSpec>>
  /** Called inside a tidy. */
  forward(args: ForwardArguments): tf.Tensor
  /** Called inside a tidy. */
  backward(args: BackwardArguments): Pullback
  /** What the backward pass reads; nothing by default. */
  readonly reads?: Reads | ((attrs: Attributes) => Reads)
  /** Multiply-adds for one example, as the field's tables count FLOPs; 0 by default. */
  flops?(inputs: readonly Shape[], output: Shape, attrs: Attributes): number
  /** Whether it acts on each feature (last axis) separately, so that units can be cut through it. */
  readonly featurewise?: boolean
  /** Whether a feature that is always 0 stays 0 after this node; false by default. */
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

/** Returns the common shape; throws unless all shapes are equal, as a sum of inputs requires. */
export function equalShapes(kind: string, shapes: readonly Shape[]): Shape {
  const [first] = shapes
  for (const shape of shapes)
    if (shape.join() !== first!.join())
      throw new Error(`${kind} needs equal shapes, got [${first!.join(', ')}] and [${shape.join(', ')}]`)
  return first!
}
