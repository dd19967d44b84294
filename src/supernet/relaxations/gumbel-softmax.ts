import * as tf from '@tensorflow/tfjs-core'
import type { GateGroup } from '../types.js'
import { adamTravel, initialLogits, type Relaxation } from './types.js'

/**
 * softmax((α + G) / τ) · total with Gumbel noise G = −log(−log U), drawn anew for every group and step
 * (arXiv:1611.01144). Without noise it is softmax(α) · total at any τ: the probability that a member is the
 * largest of a draw. Evaluation therefore uses that.
 */
const soft: Relaxation = {
  name: 'gumbel-softmax',
  step: 'adam',
  competes: true,
  travel: adamTravel,
  slope: ({ total, members }) => total / members.length,
  // The temperature of GDAS (arXiv:1910.04465).
  temperature: { from: 10, to: 0.1 },
  initial: initialLogits,
  weights: (alpha, group) => tf.mul(tf.softmax(alpha), group.total),
  sample: (alpha, group, temperature, { uniform }) =>
    tf.mul(tf.softmax(tf.div(tf.add(alpha, gumbel(uniform)), temperature)), group.total),
}

/**
 * The straight-through variant (GDAS, arXiv:1910.04465, eq. 7): forward, the members with the largest draws,
 * as many as the group may keep, share its total equally; backward, it is the soft sample.
 */
const hard: Relaxation = {
  ...soft,
  sample(alpha, group, temperature, draws) {
    const drawn = soft.sample!(alpha, group, temperature, draws)
    return straightThrough(group)(drawn) as tf.Tensor1D
  },
}

export const gumbelSoftmax: Relaxation = { ...soft, hard }

const straightThrough = (group: GateGroup) =>
  tf.customGrad((drawn) => {
    const count = Math.min(group.keep.max, group.members.length)
    const { indices } = tf.topk(drawn as tf.Tensor, count)
    const chosen = tf.sum(tf.cast(tf.oneHot(tf.cast(indices, 'int32'), group.members.length), 'float32'), 0)
    return {
      value: tf.mul(chosen, group.total / count),
      gradFunc: (dy: tf.Tensor) => dy,
    }
  })

/** Standard Gumbel noise from uniform draws, which are kept away from 0 and 1, where it is infinite. */
function gumbel(uniform: Float32Array): tf.Tensor1D {
  return tf.tensor1d(uniform.map((u) => -Math.log(-Math.log(Math.min(Math.max(u, 1e-9), 1 - 1e-7)))))
}
