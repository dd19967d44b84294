import * as tf from '@tensorflow/tfjs-core'
import { distribution, eachGroup } from './each-group.js'
import type { Term } from './types.js'

/**
 * R = −Σ p log p with p = mixture / Σ mixture: the entropy of a group's choice, in nats (Shannon 1948). It is
 * 0 if one member has everything, log M if all are equal.
 */
export const entropy: Term = {
  name: 'entropy',
  description: '−Σ p log p of a group’s normalised weights: pushes towards one member; unit: nats',
  gates: {
    value: eachGroup((mixture) => {
      const p = distribution(mixture)
      return tf.neg(tf.sum(tf.mul(p, tf.log(tf.add(p, 1e-8)))))
    }),
    selects: 'groups',
  },
}
