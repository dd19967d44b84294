import type * as tf from '@tensorflow/tfjs-core'
import type { BatchStatistics } from '../nn/functions/batch-norm.js'
import type { Distillation } from '../objective/distillation.js'
import type { Loss } from '../objective/losses.js'
import type { ActivationAction } from '../objective/terms/types.js'
import type { Network } from './network.js'

/** One part of a batch, on the host. */
export interface Shard {
  /** [rows, …shape], row by row. */
  readonly inputs: Float32Array
  readonly targets: Float32Array
  /** Whether the targets are probabilities of classes, [rows, classes], instead of classes. */
  readonly soft?: boolean
  /** A teacher's outputs, [rows, outputs], if there is one. */
  readonly taught?: Float32Array
  readonly rows: number
  /** A random direction, [rows, …shape], if a term needs to know how outputs change with the input. */
  readonly probe?: Float32Array
}

/** The weights λ_y and λ_x, and the loss of the task. */
export interface LossWeights {
  readonly task: number
  readonly reconstruction: number
  /** The weight of an auxiliary classifier's task loss; 0 by default. */
  readonly auxiliary?: number
  readonly loss: Loss
  /** How the task's loss includes a comparison with a teacher's outputs, if shards have them. */
  readonly distillation?: Distillation
}

/** The parameters and gate groups whose gradients are wanted. */
export interface Wanted {
  readonly weights: readonly string[]
  readonly alphas: readonly string[]
}

/** The contributions of shards to a batch. The caller owns every tensor and calls `disposeGradients`. */
export interface ShardGradients {
  /**
   * Present if the tensors are lent. They then belong to a recorded pass, whose next replay overwrites them:
   * `disposeGradients` calls this function, and nobody disposes them.
   */
  readonly giveBack?: () => void
  /**
   * Present if the tensors are lent. It holds tensors for the gradients of α, by group, which are lent too.
   * It is empty at first.
   */
  readonly alphaSlots?: Map<string, tf.Tensor1D>
  /** Mean losses of the batch, scalars; absent if the weight is 0. */
  readonly losses: { readonly task?: tf.Scalar; readonly reconstruction?: tf.Scalar }
  readonly weights: Map<string, tf.Tensor>
  /** Gradients of mixture weights, by group. */
  readonly mixtures: Map<string, tf.Tensor1D>
  /** Batch statistics by batch-norm node, averaged over shards. */
  readonly statistics: Map<string, BatchStatistics>
}

/**
 * Gradients of a batch: the sum over shards, with the gradients of mixture weights turned into those of α.
 * The caller owns them.
 */
export interface Gradients extends Omit<ShardGradients, 'mixtures'> {
  readonly alphas: Map<string, tf.Tensor1D>
}

/**
 * The source of the random numbers of a batch's passes (noise, dropped values and paths). It is plain data,
 * so that every thread that computes a shard draws the same numbers.
 */
export interface BatchDraws {
  readonly seed: number
  /** What is trained. Streams of different purposes are independent. */
  readonly purpose: string
  /** The iteration. */
  readonly t: number
  /** The factor by which each drop-path node multiplies its rate; 1 by default. */
  readonly dropPath?: number
}

/** The work to be done for one shard of a batch. */
export interface ShardWork {
  readonly shape: readonly number[]
  readonly shard: Shard
  /** The shard's share of the batch. */
  readonly share: number
  readonly lossWeights: LossWeights
  readonly wanted: Wanted
  /**
   * The random numbers of networks with random nodes. They depend on the shard's place in the batch, not on
   * the thread that computes it.
   */
  readonly draws?: (BatchDraws & { readonly shard: number }) | undefined
  /** Terms on activations; none by default. */
  readonly taps?: readonly Tap[]
}

/**
 * Computes a batch's shards, in whatever threads and order, and adds them in the order of `work`. The result
 * therefore does not depend on the threads or their number.
 */
export type ShardExecutor = (network: Network, work: readonly ShardWork[]) => ShardGradients

/** An inner node that terms act on, each with its λ. */
export interface Tap {
  readonly node: string
  readonly terms: readonly { readonly action: ActivationAction; readonly lambda: number }[]
}
