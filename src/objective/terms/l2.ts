import * as tf from '@tensorflow/tfjs-core'
import { eachGroup, wanted } from './each-group.js'
import type { Term } from './types.js'

/**
 * On weights, R = ½‖W‖² (Frobenius), so that its gradient is W and λ is the usual weight decay. On a group's
 * mixture weights g with mean ḡ,
 *
 *     R = ½ Σ (g − ḡ)² / ḡ
 *
 * draws them together exactly as fast as `l1` with the same λ drives them apart. Without `l1`, gates forget
 * the effect of the losses with a time constant of 1 / (travel λ) of their time.
 */
export const l2: Term = {
  name: 'l2',
  description:
    '½‖W‖² of every kernel: weight decay; on gates ½ Σ (g − ḡ)² / ḡ: draws a group to even; unit: weight²',
  weights: {
    form: 'decay',
    value: (w) => tf.mul(0.5, tf.sum(tf.square(w))),
    gradient: (w) => w,
  },
  gates: {
    form: 'even',
    value: eachGroup((mixture, group) => {
      const squaredDeviation = tf.sum(tf.square(tf.sub(mixture, tf.mean(mixture))))
      return tf.mul<tf.Scalar>(squaredDeviation, group.members.length / (2 * wanted(group)))
    }),
    selects: 'groups',
    refuses: ({ name, competes }) =>
      competes
        ? undefined
        : `${name} weights do not compete, so they have no even share to be drawn to; use zero-one`,
  },
}
