import * as tf from '@tensorflow/tfjs-core'
import type { Term } from './types.js'

/**
 * R = Σ (mixture / total) · parameters / 1000: the expected number of weights, in thousands, if each
 * member were kept with its share of the mixture. For units, whose mixture sums to their number, it counts
 * each unit by its gate. Differentiable cost as in ProxylessNAS (arXiv:1812.00332, eq. 7).
 */
export const parameters: Term = {
  name: 'parameters',
  description: 'expected weights of the mixture: pushes towards cheaper members; unit: thousands of weights',
  gates: {
    value(mixture, group) {
      const costs = tf.tensor1d(group.members.map((member) => member.parameters / 1000))
      const shares = group.kind === 'units' ? mixture : tf.div(mixture, group.total)
      return tf.sum(tf.mul(shares, costs))
    },
    refused: {},
  },
}
