import type { Tensor } from '@tensorflow/tfjs-core'
import type { KernelAttributes, KernelInputs, KernelName, KernelOutput } from './kernel-table.js'
import type { Recorder } from './recorder.js'
import type { CompiledVectors, Vectors } from './vectors.js'

/**
 * What a TensorFlow.js backend can do beyond TensorFlow.js's operations. Functions of networks, losses and
 * optimizers ask the current device, and compose operations where it says no. So a device may leave out
 * everything: `plainDevice` does.
 */
export interface Device {
  /** The name of the backend. */
  readonly backend: string
  /**
   * Whether `run` has a kernel for these attributes; without attributes: whether it has it for some, which
   * includes a window without dilation.
   */
  has<Name extends KernelName>(kernel: Name, attrs?: KernelAttributes<Name>): boolean
  /** Runs a kernel. The caller owns what it returns. */
  run<Name extends KernelName>(
    kernel: Name,
    inputs: KernelInputs<Name>,
    attrs: KernelAttributes<Name>,
  ): KernelOutput<Name>
  /** Whether this tensor's memory may be overwritten, because nothing else uses it. */
  owns(tensor: Tensor): boolean
  /** Adds x to `total` in total's own memory. Where that may not be, does nothing and returns false. */
  addTo(total: Tensor, x: Tensor): boolean
  /** Multiplies x in its own memory. Where that may not be, does nothing and returns false. */
  scale(x: Tensor, factor: number): boolean
  /**
   * The numbers of a tensor, to read and to write, as a view that is valid until memory is allocated. Absent
   * where this program does not reach them.
   */
  readonly numbers?: (tensor: Tensor) => Float32Array
  /** Whether a tensor that is made of an array gets a copy of it, and keeps no reference to it. */
  readonly copiesArrays: boolean
  /** Steps of optimizers over all arrays at once; absent where they are composed of operations. */
  readonly steps?: Steps
  /**
   * Compiles arithmetic on vectors; absent where there is no compiler. Throws NotCompilable if this
   * arithmetic cannot be compiled. The caller disposes the result.
   */
  readonly compile?: (act: <V>(v: Vectors<V>) => void) => CompiledVectors
  /** Absent where passes run by operations. */
  readonly recorder?: Recorder
  /** Absent where nothing is known of it. */
  readonly memory?: DeviceMemory
}

export interface DeviceMemory {
  /** The bytes that were taken from the system so far. */
  taken(): number
  /** The most bytes that there can be. */
  readonly limit: number
  /** The bytes that a training pass may take, including weights and optimizer state. */
  readonly forPasses: number
}

/** One parameter array, its gradient and its optimizer slots: float32 tensors of one size. */
export interface OptimizerRow {
  readonly value: Tensor
  readonly gradient: Tensor
  readonly slots: readonly Tensor[]
  /** The factor of weight decay: decay · value is added to the gradient. */
  readonly decay: number
  /**
   * The threshold of the proximal operator of threshold · ‖w‖₁: after the step, the absolute value of every
   * number shrinks by it.
   */
  readonly threshold: number
  /** By what the learning rate is multiplied. */
  readonly rate: number
}

/** What both rules are given: the learning rate, and by what gradients are multiplied, 1 by default. */
interface RuleOptions {
  readonly rate: number
  readonly scale?: number | undefined
}

/** Steps over all rows at once, in the arrays' own memory. */
export interface Steps {
  /** SGD with momentum: v ← m v + (s g + d w), w ← shrink(w − η v). Slots [v]. */
  sgd(rows: readonly OptimizerRow[], options: RuleOptions & { readonly momentum: number }): void
  /**
   * Adam (arXiv:1412.6980). Slots [first moment, second moment]; `count` is the number of steps including
   * this one.
   */
  adam(rows: readonly OptimizerRow[], options: RuleOptions & AdamOptions): void
  /** Moves averages towards the observed values by a share of the distance. */
  blend(pairs: readonly { readonly average: Tensor; readonly observed: Tensor }[], share: number): void
  /** The sum of the squares of some tensors' numbers, in float64. */
  squaredNorm(tensors: readonly Tensor[]): number
}

interface AdamOptions {
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly count: number
}
