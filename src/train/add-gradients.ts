import type * as tf from '@tensorflow/tfjs-core'
import { accumulate as accumulated, addTo } from '../nn/functions/accumulate.js'
import type { ShardGradients } from './shard.js'

/** total + more. Takes ownership of both. */
export function addGradients(total: ShardGradients, more: ShardGradients): ShardGradients {
  const accumulate = <T extends tf.Tensor>(x: T, y: T): T => (more.giveBack ? addTo(x, y) : accumulated(x, y))
  const addAll = <T extends tf.Tensor>(x: ReadonlyMap<string, T>, y: ReadonlyMap<string, T>) =>
    new Map([...x].map(([name, tensor]) => [name, accumulate(tensor, y.get(name)!)]))
  const { task, reconstruction } = total.losses
  const sum = {
    ...total,
    losses: {
      ...(task && { task: accumulate(task, more.losses.task!) }),
      ...(reconstruction && { reconstruction: accumulate(reconstruction, more.losses.reconstruction!) }),
    },
    weights: addAll(total.weights, more.weights),
    mixtures: addAll(total.mixtures, more.mixtures),
    statistics: new Map(
      [...total.statistics].map(([node, { mean, variance }]) => {
        const other = more.statistics.get(node)!
        return [node, { mean: accumulate(mean, other.mean), variance: accumulate(variance, other.variance) }]
      }),
    ),
  }
  more.giveBack?.()
  return sum
}
