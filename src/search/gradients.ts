import * as tf from '@tensorflow/tfjs-core'
import { run } from '../nn/run.js'
import type { BatchStatistics } from '../nn/ops/batch-norm.js'
import { reconstructionLoss, type Loss } from '../objective/losses.js'
import type { Network } from './network.js'

/** One part of a batch, on the host. */
export interface Shard {
  /** [rows, …shape], row by row. */
  readonly inputs: Float32Array
  readonly targets: Float32Array
  readonly rows: number
}

/** λ_y and λ_x, and the task's loss. */
export interface LossWeights {
  readonly task: number
  readonly reconstruction: number
  readonly loss: Loss
}

/** Which parameters and gate groups gradients are wanted of. */
export interface Wanted {
  readonly weights: readonly string[]
  readonly alphas: readonly string[]
}

/** Gradients of a batch; every tensor belongs to the caller, who calls `disposeGradients`. */
export interface Gradients {
  /** Mean losses of the batch, scalars; absent where the weight is 0. */
  readonly losses: { readonly task?: tf.Scalar; readonly reconstruction?: tf.Scalar }
  readonly weights: Map<string, tf.Tensor>
  readonly alphas: Map<string, tf.Tensor1D>
  /** Batch statistics by batch-norm node, averaged over shards. */
  readonly statistics: Map<string, BatchStatistics>
}

/** What is to be computed for each shard of a batch. */
export interface ShardWork {
  readonly shape: readonly number[]
  readonly shard: Shard
  /** The shard's share of the batch. */
  readonly share: number
  readonly lossWeights: LossWeights
  readonly wanted: Wanted
}

/**
 * Computes a batch's shards, wherever and in whatever order; returns them in the order of `work`. Results
 * do not depend on who computed them, so the number of workers does not matter.
 */
export type ShardExecutor = (network: Network, work: readonly ShardWork[]) => Gradients[]

/** One shard after the other, in this thread. */
export const sequential: ShardExecutor = (network, work) => work.map((each) => shardGradients(network, each))

/**
 * ∂(λ_y E_y + λ_x E_x) for one batch. Each shard has batch statistics of its own; shards are computed apart
 * and added in their order.
 */
export function batchGradients(
  network: Network,
  shape: readonly number[],
  shards: readonly Shard[],
  lossWeights: LossWeights,
  wanted: Wanted,
  execute: ShardExecutor = sequential,
): Gradients {
  const rows = shards.reduce((sum, shard) => sum + shard.rows, 0)
  const work = shards.map((shard) => ({ shape, shard, share: shard.rows / rows, lossWeights, wanted }))
  return execute(network, work).reduce(addGradients)
}

/** One shard's contribution to the batch's gradients: everything already times `share` of the batch. */
export function shardGradients(
  network: Network,
  { shape, shard, share, lossWeights: { task, reconstruction, loss }, wanted }: ShardWork,
): Gradients {
  const statistics = new Map<string, BatchStatistics>()
  const losses: { task?: tf.Scalar; reconstruction?: tf.Scalar } = {}
  const roles = [...(task > 0 ? ['task'] : []), ...(reconstruction > 0 ? ['reconstruction'] : [])]
  const leaves = [
    ...wanted.weights.map((name) => network.weights.get(name)),
    ...wanted.alphas.map((group) => network.alphas.get(group)!),
  ]
  const objective = (): tf.Scalar => {
    const input = tf.tensor(shard.inputs, [shard.rows, ...shape])
    const mixtures = new Map<string, tf.Tensor1D>()
    const outputs = run(network.graph, roles, {
      input,
      training: true,
      parameter: (name) => network.weights.get(name),
      mixture(group) {
        if (!mixtures.has(group)) mixtures.set(group, network.mixture(group))
        return mixtures.get(group)!
      },
      observe: (node, observed) => statistics.set(node, observed),
    })
    const parts: tf.Scalar[] = []
    if (task > 0) {
      losses.task = tf.keep(tf.mul(loss(outputs.task as tf.Tensor2D, tf.tensor(shard.targets)), share))
      parts.push(tf.mul(losses.task, task))
    }
    if (reconstruction > 0) {
      losses.reconstruction = tf.keep(tf.mul(reconstructionLoss(outputs.reconstruction!, input), share))
      parts.push(tf.mul(losses.reconstruction, reconstruction))
    }
    return parts.reduce((sum, part) => tf.add(sum, part))
  }
  if (roles.length === 0 || leaves.length === 0)
    return { losses, weights: new Map(), alphas: new Map(), statistics }

  // The engine's own call, because tf.grads refuses parameters that the objective does not reach.
  const { value, grads } = tf.engine().gradients(objective, leaves, undefined, true) as {
    value: tf.Tensor
    grads: (tf.Tensor | null | undefined)[]
  }
  value.dispose()
  const pick = <T extends tf.Tensor>(names: readonly string[], offset: number) =>
    new Map(names.flatMap((name, i) => (grads[offset + i] ? [[name, grads[offset + i] as T] as const] : [])))
  for (const observed of statistics.values()) scaleStatistics(observed, share)
  return {
    losses,
    weights: pick(wanted.weights, 0),
    alphas: pick<tf.Tensor1D>(wanted.alphas, wanted.weights.length),
    statistics,
  }
}

function scaleStatistics(observed: BatchStatistics, share: number): void {
  if (share === 1) return
  for (const key of ['mean', 'variance'] as const) {
    const scaled = tf.mul(observed[key], share)
    observed[key].dispose()
    observed[key] = scaled as tf.Tensor1D
  }
}

/** a + b; disposes both. */
export function addGradients(a: Gradients, b: Gradients): Gradients {
  const sum = <T extends tf.Tensor>(x: T, y: T): T => {
    const total = tf.add(x, y)
    tf.dispose([x, y])
    return total as T
  }
  const merge = <T extends tf.Tensor>(x: Map<string, T>, y: Map<string, T>) =>
    new Map([...x].map(([name, tensor]) => [name, sum(tensor, y.get(name)!)]))
  return {
    losses: {
      ...(a.losses.task && { task: sum(a.losses.task, b.losses.task!) }),
      ...(a.losses.reconstruction && {
        reconstruction: sum(a.losses.reconstruction, b.losses.reconstruction!),
      }),
    },
    weights: merge(a.weights, b.weights),
    alphas: merge(a.alphas, b.alphas),
    statistics: new Map(
      [...a.statistics].map(([node, { mean, variance }]) => {
        const other = b.statistics.get(node)!
        return [node, { mean: sum(mean, other.mean), variance: sum(variance, other.variance) }]
      }),
    ),
  }
}

/** Frees everything that a batch's gradients hold. */
export function disposeGradients({ losses, weights, alphas, statistics }: Gradients): void {
  tf.dispose([losses, [...weights.values()], [...alphas.values()]] as tf.TensorContainer)
  for (const { mean, variance } of statistics.values()) tf.dispose([mean, variance])
}
