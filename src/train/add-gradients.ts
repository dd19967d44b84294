import type * as tf from '@tensorflow/tfjs-core'
import { accumulate as accumulated, addTo } from '../nn/functions/accumulate.js'
import type { ShardGradients } from './shard.js'

/**
 * total + more. Takes ownership of both. The maps of total stay the same: what is known about lent gradients,
 * such as the updates of an optimizer, is found by them.
 */
export function addGradients(total: ShardGradients, more: ShardGradients): ShardGradients {
  const accumulate = <T extends tf.Tensor>(x: T, y: T): T => (more.giveBack ? addTo(x, y) : accumulated(x, y))
  const addAll = <T extends tf.Tensor>(sums: Map<string, T>, others: ReadonlyMap<string, T>): void => {
    for (const [name, tensor] of sums) sums.set(name, accumulate(tensor, others.get(name)!))
  }
  const { task, reconstruction } = total.losses
  const losses = {
    ...(task && { task: accumulate(task, more.losses.task!) }),
    ...(reconstruction && { reconstruction: accumulate(reconstruction, more.losses.reconstruction!) }),
  }
  addAll(total.weights, more.weights)
  addAll(total.mixtures, more.mixtures)
  for (const [node, sum] of total.statistics) {
    const other = more.statistics.get(node)!
    sum.mean = accumulate(sum.mean, other.mean)
    sum.variance = accumulate(sum.variance, other.variance)
  }
  more.giveBack?.()
  return { ...total, losses }
}
