import * as tf from '@tensorflow/tfjs-core'
import { distribution, eachGroup } from './each-group.js'
import type { Term } from './types.js'

/**
 * R = Σ p_m over the members that learn nothing (skip, pooling, none), with p = mixture / Σ mixture: their
 * share of each edge, summed over edges. It is a safeguard against the collapse to skip connections
 * (described in DARTS+, arXiv:1909.06035).
 */
export const skipShare: Term = {
  name: 'skip-share',
  description: 'what parameter-free operations have of the edges: a safeguard against collapse; unit: edges',
  gates: {
    value: eachGroup((mixture, { members }) => {
      const free = tf.tensor1d(members.map(({ parameterFree = false }) => Number(parameterFree)))
      return tf.sum(tf.mul(distribution(mixture), free))
    }),
    selects: 'groups',
  },
}
