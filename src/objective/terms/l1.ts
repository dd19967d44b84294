import * as tf from '@tensorflow/tfjs-core'
import { eachGroup } from './each-group.js'
import { needsProximal } from './needs-proximal.js'
import type { Term } from './types.js'

/**
 * R = Σ|v| (Tibshirani 1996). It is not smooth, so it acts by its proximal operator, soft thresholding, which
 * gives exact zeros. On gates it subtracts the same from each; normalisation then gives that back, mostly to
 * the stronger ones, so the term decides the competition instead of shrinking all gates.
 */
export const l1: Term = {
  name: 'l1',
  description: 'Σ|v|: exact zeros by soft thresholding; unit: the value’s own',
  weights: {
    form: 'threshold',
    value: (w) => tf.sum(tf.abs(w)),
    proximal: (w, strength) => tf.mul(tf.sign(w), tf.relu(tf.sub(tf.abs(w), strength))),
  },
  gates: {
    form: 'threshold',
    value: eachGroup((mixture) => tf.sum(tf.abs(mixture))),
    proximal: (z, strength) =>
      new Map([...z].map(([name, gates]) => [name, tf.relu(tf.sub(gates, strength(name)))])),
    selects: 'members',
    refuses: needsProximal('l1', 'entropy'),
  },
}
