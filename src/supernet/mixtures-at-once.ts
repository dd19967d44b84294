import * as tf from '@tensorflow/tfjs-core'
import { vectorPrograms } from '../nn/vector-programs.js'
import type { Relaxation } from './relaxations/types.js'
import type { GateGroup, Supernet } from './types.js'

/**
 * The mixture weights of many groups, and their gradients, as one program. It owns memory; dispose it after
 * use.
 */
export interface MixturesAtOnce {
  /** Writes the mixture weights of a training step into tensors that are the caller's alone, by group. */
  sample(supernet: Supernet, into: ReadonlyMap<string, tf.Tensor1D>): void
  /**
   * Puts the gradients of α, from those of mixture weights, into a map. Its tensors must be the caller's
   * alone, and are overwritten or replaced.
   */
  pullBack(
    supernet: Supernet,
    dMixtures: ReadonlyMap<string, tf.Tensor1D>,
    into: Map<string, tf.Tensor1D>,
  ): void
  dispose(): void
}

/** Undefined if the relaxation draws its weights or has no closed form. */
export function mixturesAtOnce(
  { closed, sample }: Relaxation,
  {
    alpha,
    mixed,
  }: { readonly alpha: (group: string) => tf.Tensor1D; readonly mixed: (group: string) => GateGroup },
): MixturesAtOnce | undefined {
  if (!closed || sample) return undefined
  const programs = vectorPrograms()
  return {
    sample(supernet, mixtures) {
      programs.run([supernet, mixtures], (v) => {
        for (const [group, into] of mixtures) {
          const weights = closed.weights(v, v.from(alpha(group)), mixed(group))
          if (v.put(into, weights) !== into)
            throw new Error(`mixture weights of ${group}: expected a tensor of their own`)
        }
      })
    },
    pullBack(supernet, dMixtures, into) {
      programs.run([supernet, dMixtures, into], (v) => {
        for (const [group, dMixture] of dMixtures) {
          const before = into.get(group)
          const slope = closed.gradient(v, v.from(alpha(group)), mixed(group), v.from(dMixture))
          const gradient = v.put(before, slope)
          if (before !== gradient) before?.dispose()
          into.set(group, tf.keep(gradient))
        }
      })
    },
    dispose: () => programs.dispose(),
  }
}
