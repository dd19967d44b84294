import * as tf from '@tensorflow/tfjs-core'
import type { RandomSource } from '../base/random.js'
import type { GateGroup } from './types.js'

export type RelaxationName = 'gates' | 'softmax'

/** How architecture weights α become mixture weights, and how they are stepped. */
export interface Relaxation {
  readonly name: RelaxationName
  /** Initial α of a group, [M]; drawn from the stream of the group's name, member by member. */
  initial(group: GateGroup, random: RandomSource, noise: number): Float32Array
  /** Mixture weights, [M], that sum to the group's total. Differentiable; call inside a tidy. */
  weights(alpha: tf.Tensor1D, group: GateGroup): tf.Tensor1D
  /** `proximal`: plain gradient steps, proximal operators, exact zeros. `adam`: Adam on free parameters. */
  readonly step: 'proximal' | 'adam'
}

/**
 * Free non-negative gates, g / Σg · total. Dividing by the sum makes the loss blind to a common scale, so
 * its gradient never pushes there, and terms on the mixture weights cannot be met by shrinking everything.
 */
const gates: Relaxation = {
  name: 'gates',
  step: 'proximal',
  initial(group, random, noise) {
    const stream = random.stream('gates', group.name)
    const raw = group.members.map(() => Math.max(0.1, 1 + noise * stream.normal()))
    const sum = raw.reduce((a, b) => a + b, 0)
    return Float32Array.from(raw, (value) => (value / sum) * group.total)
  },
  weights: (alpha, group) => tf.mul(alpha, tf.div(group.total, tf.sum(alpha))),
}

/** softmax(α) · total (DARTS, arXiv:1806.09055). */
const softmax: Relaxation = {
  name: 'softmax',
  step: 'adam',
  initial(group, random, noise) {
    const stream = random.stream('gates', group.name)
    return Float32Array.from(group.members, () => noise * stream.normal())
  },
  weights: (alpha, group) => tf.mul(tf.softmax(alpha), group.total),
}

/** Every relaxation there is, by name. */
export const relaxations: Readonly<Record<RelaxationName, Relaxation>> = { gates, softmax }
