import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core'

/*
 * The kernels that a device may have: what goes in and what comes out. Those that TensorFlow.js knows have its
 * names, inputs and attributes. All numbers are float32, and images are [N, H, W, C].
 */

/** Inputs by name; those in `Optional` may be left out. */
type Inputs<Required extends string, Optional extends string = never> = Readonly<Record<Required, Tensor>> &
  Readonly<Partial<Record<Optional, Tensor | undefined>>>

/**
 * Inputs x0, x1, … and others that are numbered alike, beside those with a name. An input that is undefined
 * is left out.
 */
type Numbered<Named extends string> = Inputs<Named> & Readonly<Record<string, Tensor | undefined>>

interface Kernel<In, Attributes = Nothing, Out = Tensor> {
  readonly inputs: In
  readonly attrs: Attributes
  readonly out: Out
}

type Nothing = Readonly<Record<never, never>>
type Shape = readonly number[]

/** A window with `same` padding. */
export interface WindowAttributes {
  readonly strides: Shape
  readonly dilations: Shape
  readonly pad: 'same' | 'valid'
  readonly dataFormat?: string
}

/** A window of pooling with `same` padding; positions outside of the image do not count. */
export interface PoolAttributes {
  readonly filterSize: Shape
  readonly strides: Shape
  readonly pad: string
}

/** Which gradients are wanted. Those that are not are missing among the outputs. */
interface Wanted {
  /** That of x. If `sum` is given, it is added there, and missing among the outputs as well. */
  readonly input: boolean
  /** Those of the filters. */
  readonly filters: boolean
}

/** What is added to the variance of a batch norm. */
interface Epsilon {
  readonly epsilon: number
}

/** A batch norm: x̂ = (x − mean) / √(variance + ε), [C] each. */
type Norm = 'mean' | 'variance'

/**
 * Every kernel by name. A gradient with an input `sum` is added to it if it is given, and then returns
 * nothing; `sum` must be a tensor that the device owns.
 */
export interface KernelTable {
  /** y = x ∗ filter [h, w, C, D]. */
  Conv2D: Kernel<Inputs<'x' | 'filter'>, WindowAttributes>
  Conv2DBackpropInput: Kernel<Inputs<'dy' | 'filter', 'sum'>, WindowAttributes & { inputShape: Shape }>
  Conv2DBackpropFilter: Kernel<Inputs<'x' | 'dy'>, WindowAttributes & { filterShape: Shape }>
  /** y[…, c] = x[…, c] ∗ filter[…, c, 0]. */
  DepthwiseConv2dNative: Kernel<Inputs<'x' | 'filter'>, WindowAttributes>
  DepthwiseConv2dNativeBackpropInput: Kernel<
    Inputs<'dy' | 'filter'>,
    WindowAttributes & { inputShape: Shape }
  >
  DepthwiseConv2dNativeBackpropFilter: Kernel<Inputs<'x' | 'dy'>, WindowAttributes & { filterShape: Shape }>
  /** y, and its mean and variance over the batch. */
  SenteiConvNorm: Kernel<Inputs<'x' | 'filter'>, WindowAttributes, Tensor[]>
  /** [dx, dFilter], where dy is the gradient after a batch norm with this `slope` [3, C] behind y. */
  SenteiConvNormGradient: Kernel<
    Inputs<'y' | 'dy' | 'filter' | 'mean' | 'slope', 'x' | 'sum'>,
    WindowAttributes & Wanted & { inputShape: Shape },
    Tensor[]
  >
  /** The depthwise convolution of ReLU(x̂), or of ReLU(x) without a norm. */
  SenteiActivatedDepthwise: Kernel<Inputs<'x' | 'filter', Norm>, WindowAttributes & Epsilon>
  /** [dx, dFilter] */
  SenteiActivatedDepthwiseGradient: Kernel<
    Inputs<'x' | 'dy' | 'filter', Norm | 'sum'>,
    WindowAttributes & Epsilon & Wanted,
    Tensor[]
  >
  /** y = (depthwise ∗ ReLU(x̂)) · pointwise, and its mean and variance over the batch. */
  SenteiSeparable: Kernel<Inputs<'x' | 'depthwise' | 'pointwise', Norm>, WindowAttributes & Epsilon, Tensor[]>
  /** [dx, slope [3, C], dDepthwise, dPointwise]; the slope where the norm in front is `left` to another. */
  SenteiSeparableGradient: Kernel<
    Inputs<'x' | 'dy' | 'depthwise' | 'pointwise', Norm | 'y' | 'outMean' | 'outSlope' | 'sum'>,
    WindowAttributes & Epsilon & Wanted & { left: boolean },
    Tensor[]
  >
  AvgPool: Kernel<Inputs<'x'>, PoolAttributes>
  MaxPoolGrad: Kernel<Inputs<'dy' | 'input' | 'output', 'sum'>, PoolAttributes>
  /** Divides by the same counts as AvgPool, also at the borders. */
  SenteiAvgPoolGradient: Kernel<Inputs<'dy', 'sum'>, PoolAttributes & { inputShape: Shape }>
  /** [mean, variance] of each channel, over all else. */
  SenteiBatchStatistics: Kernel<Inputs<'x'>, Nothing, Tensor1D[]>
  /** x̂ · scale + offset */
  SenteiNormalise: Kernel<Inputs<'x' | Norm, 'scale' | 'offset'>, Epsilon>
  /** [dx, dScale, dOffset] */
  SenteiBatchNormGradient: Kernel<Inputs<'x' | 'dy' | Norm, 'scale'>, Epsilon, Tensor[]>
  /** Over any axes in one pass, without transposing first. */
  Sum: Kernel<Inputs<'x'>, { axis: number | Shape; keepDims?: boolean }>
  /** dy · scale, repeated along the middle one of the `sizes` that make up `shape`. */
  SenteiSpread: Kernel<
    Inputs<'dy'>,
    { shape: Shape; sizes: readonly [number, number, number]; scale: number }
  >
  SenteiReluGradient: Kernel<Inputs<'dy' | 'y', 'sum'>, { limit?: number }>
  SenteiActivationGradient: Kernel<Inputs<'dy' | 'y', 'sum'>, { of: 'tanh' | 'sigmoid' | 'elu' }>
  /** Σ_m gates[m] · x_m */
  SenteiWeightedSum: Kernel<Numbered<'gates'>>
  /** The inner products of dy and each x_m. */
  SenteiGateGradients: Kernel<Numbered<'dy'>, Nothing, Tensor1D>
  /** gates[index] · x */
  SenteiScaleBy: Kernel<Inputs<'x' | 'gates'>, { index: number }>
  /** Σ_m gates[m] · x̂_m: members x0, x1, …, and mean0, variance0, … for those with a batch norm. */
  SenteiMix: Kernel<Numbered<'gates'>, Epsilon & { members: number }>
  /** [dx_m …, dGates], without those m for which `sum{m}` is given; a slope [3, C] where `left[m]`. */
  SenteiMixGradient: Kernel<
    Numbered<'gates' | 'dy'>,
    Epsilon & { members: number; left: readonly boolean[] },
    Tensor[]
  >
  /** x without its first `top` rows and `left` columns. */
  SenteiCrop: Kernel<Inputs<'x'>, { top: number; left: number }>
  SenteiCropGradient: Kernel<Inputs<'dy'>, { top: number; left: number; inputShape: Shape }>
  /** Splits the last axis. */
  SenteiSplitFeatures: Kernel<Inputs<'x'>, { widths: Shape }, Tensor[]>
  /** [loss, gradient] of logits [N, O], for classes [N] or probabilities [N, O], of any sum if `weighted`. */
  SenteiCrossEntropy: Kernel<Inputs<'outputs' | 'targets'>, { weighted?: boolean }, Tensor[]>
  /** [loss, gradient] of the mean over all numbers. */
  SenteiDifferenceLoss: Kernel<
    Inputs<'outputs' | 'targets'>,
    { kind: 'squared' | 'absolute' | 'huber' },
    Tensor[]
  >
}

export type KernelName = keyof KernelTable
export type KernelInputs<Name extends KernelName> = KernelTable[Name]['inputs']
export type KernelAttributes<Name extends KernelName> = KernelTable[Name]['attrs']
export type KernelOutput<Name extends KernelName> = KernelTable[Name]['out']
