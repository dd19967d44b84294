import * as tf from '@tensorflow/tfjs-core'
import type { Gradients, ShardGradients } from './shard.js'

/** Returns gradients that stay valid while others are computed. Lent ones are copied and given back. */
export function detached(gradients: ShardGradients): ShardGradients {
  const { giveBack, losses, weights, mixtures, statistics } = gradients
  if (!giveBack) return gradients
  const copies = <T extends tf.Tensor>(tensors: ReadonlyMap<string, T>): Map<string, T> =>
    new Map([...tensors].map(([name, tensor]) => [name, tf.clone(tensor)]))
  const copy = {
    losses: Object.fromEntries(Object.entries(losses).map(([role, loss]) => [role, tf.clone(loss)])),
    weights: copies(weights),
    mixtures: copies(mixtures),
    statistics: new Map(
      [...statistics].map(([node, { mean, variance }]) => [
        node,
        { mean: tf.clone(mean), variance: tf.clone(variance) },
      ]),
    ),
  }
  giveBack()
  return copy
}

/** Frees everything that gradients hold, or gives it back if it is lent. */
export function disposeGradients(gradients: Partial<ShardGradients & Gradients>): void {
  const { losses, weights, mixtures, alphas, statistics, giveBack } = gradients
  if (giveBack) return giveBack()
  tf.dispose(losses)
  for (const tensors of [weights, mixtures, alphas]) if (tensors) tf.dispose([...tensors.values()])
  for (const { mean, variance } of statistics?.values() ?? []) tf.dispose([mean, variance])
}
