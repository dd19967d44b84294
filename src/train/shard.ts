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
  /** The outputs of a teacher, [rows, outputs], if there is one. */
  readonly taught?: Float32Array
  readonly rows: number
  /** A random direction, [rows, …shape], if a term asks how outputs move with the input. */
  readonly probe?: Float32Array
}

/** λ_y and λ_x, and the task's loss. */
export interface LossWeights {
  readonly task: number
  readonly reconstruction: number
  /** Of the task loss of an auxiliary classifier; 0 by default. */
  readonly auxiliary?: number
  readonly loss: Loss
  /** The share of the task's loss that compares with a teacher's outputs, if shards have them. */
  readonly distillation?: Distillation
}

/** Which parameters and gate groups gradients are wanted of. */
export interface Wanted {
  readonly weights: readonly string[]
  readonly alphas: readonly string[]
}

/** What shards contribute to a batch; every tensor belongs to the caller, who calls `disposeGradients`. */
export interface ShardGradients {
  /** Mean losses of the batch, scalars; absent if the weight is 0. */
  readonly losses: { readonly task?: tf.Scalar; readonly reconstruction?: tf.Scalar }
  readonly weights: Map<string, tf.Tensor>
  /** Of mixture weights, by group. */
  readonly mixtures: Map<string, tf.Tensor1D>
  /** Batch statistics by batch-norm node, averaged over shards. */
  readonly statistics: Map<string, BatchStatistics>
}

/** Gradients of a batch: the shards' sum, taken on from mixture weights to α. The caller's, too. */
export interface Gradients extends Omit<ShardGradients, 'mixtures'> {
  readonly alphas: Map<string, tf.Tensor1D>
}

/**
 * Where the random numbers of a batch's passes come from (noise, dropped values and paths): plain data, so
 * that whoever computes a shard draws the same.
 */
export interface Draws {
  readonly seed: number
  /** What is trained: streams of other purposes are independent. */
  readonly purpose: string
  /** The iteration. */
  readonly t: number
  /** The share of its rate with which each drop-path node drops now; 1 by default. */
  readonly dropPath?: number
}

/** What is to be computed for each shard of a batch. */
export interface ShardWork {
  readonly shape: readonly number[]
  readonly shard: Shard
  /** The shard's share of the batch. */
  readonly share: number
  readonly lossWeights: LossWeights
  readonly wanted: Wanted
  /** For networks with random nodes; numbers depend on the shard's place in the batch, not on who computes it. */
  readonly draws?: (Draws & { readonly shard: number }) | undefined
  /** Terms on activations; none by default. */
  readonly taps?: readonly Tap[]
}

/**
 * Computes a batch's shards, wherever and in whatever order, and adds them in the order of `work`. So results
 * do not depend on who computed them, and the number of workers does not matter.
 */
export type ShardExecutor = (network: Network, work: readonly ShardWork[]) => ShardGradients

/** An inner node that terms act on, each with its λ. */
export interface Tap {
  readonly node: string
  readonly terms: readonly { readonly action: ActivationAction; readonly lambda: number }[]
}
