import type * as tf from '@tensorflow/tfjs-core'
import type { RandomSource, RandomStream } from '../../base/random.js'
import type { Vectors } from '../../nn/vectors.js'
import type { GateGroup } from '../types.js'

/** What terms, presets and planners need to know about a relaxation, so that they depend on none by name. */
export interface RelaxationTraits {
  readonly name: string
  /** `proximal`: plain gradient steps, proximal operators, exact zeros. `adam`: Adam on free parameters. */
  readonly step: 'proximal' | 'adam'
  /** Whether a group's weights sum to its total, so that the others lose what one member gains. */
  readonly competes: boolean
}

/** The random numbers of a group in one training step. */
export interface GroupDraws {
  /** Draws on [0, 1), one per member. A member's draw does not change when others are removed. */
  readonly uniform: Float32Array
  /**
   * A separate stream for anything else that a group draws, such as which of its channels, or one number for
   * the whole group.
   */
  of(what: string): RandomStream
}

export interface ClosedForm {
  weights<V>(vectors: Vectors<V>, alpha: V, group: GateGroup): V
  /** ∂L/∂α, [M], from that of the mixture weights, [M]. */
  gradient<V>(vectors: Vectors<V>, alpha: V, group: GateGroup, dMixture: V): V
}

/** How architecture weights α become mixture weights, and how they are stepped. */
export interface Relaxation extends RelaxationTraits {
  /** The initial α of a group, [M], drawn member by member from the stream of the group's name. */
  initial(group: GateGroup, random: RandomSource, noise: number): Float32Array
  /**
   * Mixture weights, [M], at a temperature (> 0; 1 by default), without noise: what evaluation, terms and the
   * derived network use. They sum to the group's total, except under `sigmoid`. Differentiable; call it
   * inside a tidy.
   */
  weights(alpha: tf.Tensor1D, group: GateGroup, temperature?: number): tf.Tensor1D
  /**
   * `weights` and their gradient in closed form, if there is one: this is faster than TensorFlow.js's tape.
   */
  readonly closed?: ClosedForm
  /** The mixture weights of one training step, [M], if the relaxation draws them. */
  readonly sample?: (
    alpha: tf.Tensor1D,
    group: GateGroup,
    temperature: number,
    draws: GroupDraws,
  ) => tf.Tensor1D
  /** A variant whose draws choose members instead of weighing them, if there is one: `hard`. */
  readonly hard?: Relaxation
  /**
   * How far a gradient of 1 moves α over the whole time of its gates, if nothing is configured: in units of
   * its group's mean or, under Adam, in units of α.
   */
  readonly travel: number
  /**
   * ∂ mixture weight / ∂ α of a member at the beginning: how strongly a step of α acts on a term on mixture
   * weights.
   */
  slope(group: GateGroup): number
  /**
   * The course of the temperature over the search, if none is configured; absent if the relaxation has no
   * temperature.
   */
  readonly temperature?: { readonly from: number; readonly to: number }
  /** The temperature of a search at iteration t; 1 if it is not given. */
  readonly temperatureAt?: (t: number) => number
}

/** α near 0, so that no member is ahead. */
export const initialLogits: Relaxation['initial'] = (group, random, noise) => {
  const stream = random.stream('gates', group.name)
  return Float32Array.from(group.members, () => noise * stream.normal())
}

/**
 * The travel for Adam's steps: the largest distance that DARTS's α could go, 3e-4 in each of 19,550
 * iterations (arXiv:1806.09055, §A.1).
 */
export const adamTravel = 6
