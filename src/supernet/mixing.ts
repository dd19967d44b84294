import * as tf from '@tensorflow/tfjs-core'
import type { RandomSource } from '../base/random.js'
import { shaped } from '../nn/shaped.js'
import { vectorPrograms } from '../nn/vector-programs.js'
import { onVectors } from '../nn/vectors.js'
import { groupOf } from './prune.js'
import type { Relaxation } from './relaxations/types.js'
import type { GateGroup, Supernet } from './types.js'

/** From architecture weights α to mixture weights, and back. It owns memory; dispose it after use. */
export interface Mixing {
  /** Differentiable mixture weights of a group. Call it inside a tidy. */
  mixture(group: string): tf.Tensor1D
  /**
   * The mixture weights of training step t, drawn anew for each group, member and step if the relaxation
   * draws; without t those of `mixture`. `pullBack` gives their gradient. Both may write their result into
   * the caller's `into` and return that. Call both inside a tidy.
   */
  sample(group: string, t?: number, into?: tf.Tensor1D): tf.Tensor1D
  /** The gradient of α, [members], from that of the weights that `sample` gives. */
  pullBack(group: string, dMixture: tf.Tensor1D, t?: number, into?: tf.Tensor1D): tf.Tensor1D
  /** The same for many groups at once; undefined if the relaxation draws or has no closed form. */
  readonly atOnce: AtOnce | undefined
  dispose(): void
}

/** `sample` and `pullBack` of many groups, each as one program. */
export interface AtOnce {
  /** Writes mixture weights into tensors that are the caller's alone, by group. */
  sample(supernet: Supernet, into: ReadonlyMap<string, tf.Tensor1D>): void
  /** Puts gradients into a map, whose tensors must be the caller's alone: they are overwritten or replaced. */
  pullBack(
    supernet: Supernet,
    dMixtures: ReadonlyMap<string, tf.Tensor1D>,
    into: Map<string, tf.Tensor1D>,
  ): void
}

/** What mixing reads of a model. */
export interface Mixed {
  readonly relaxation: Relaxation
  readonly random: RandomSource
  readonly origin: Supernet
  readonly alpha: (group: string) => tf.Tensor1D
  /** A group as it is now, with the current sum of its weights. */
  readonly mixed: (group: string) => GateGroup
  readonly temperature: () => number
}

/** The mixing of a model. */
export function mixing(model: Mixed): Mixing {
  const { relaxation, random, origin, alpha, mixed, temperature } = model
  const closed = relaxation.sample ? undefined : relaxation.closed
  const programs = vectorPrograms()

  /** The relaxation's result. Throws unless it has one number per member. */
  const ofMembers = (given: tf.Tensor1D, group: string, by: string): tf.Tensor1D =>
    shaped(given, alpha(group).shape, `relaxation ${relaxation.name}: ${by} of ${group}`)

  const mixture = (group: string): tf.Tensor1D =>
    ofMembers(relaxation.weights(alpha(group), mixed(group), temperature()), group, 'weights')

  /** Like `sample`, but differentiable by TensorFlow.js. */
  const differentiable = (group: string, t: number | undefined): tf.Tensor1D => {
    const { sample } = relaxation
    if (!sample || t === undefined) return mixture(group)
    const stream = random.stream('relaxation', group, t)
    const drawn = new Map(groupOf(origin, group).members.map(({ name }) => [name, stream.uniform()]))
    const now = mixed(group)
    const uniform = Float32Array.from(now.members, ({ name }) => drawn.get(name)!)
    const of = (what: string) => random.stream(`relaxation ${what}`, group, t)
    return ofMembers(sample(alpha(group), now, temperature(), { uniform, of }), group, 'sample')
  }

  return {
    mixture,
    sample(group, t, into) {
      if (!closed) return differentiable(group, t)
      return onVectors((v) => v.put(into, closed.weights(v, v.from(alpha(group)), mixed(group))))
    },
    pullBack(group, dMixture, t, into) {
      if (!closed) {
        const { grads } = tf.engine().gradients(() => differentiable(group, t), [alpha(group)], dMixture)
        return grads[0] as tf.Tensor1D
      }
      const now = mixed(group)
      return onVectors((v) => v.put(into, closed.gradient(v, v.from(alpha(group)), now, v.from(dMixture))))
    },
    atOnce: closed && {
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
    },
    dispose: () => programs.dispose(),
  }
}
