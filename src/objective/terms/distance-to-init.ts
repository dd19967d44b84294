import * as tf from '@tensorflow/tfjs-core'
import type { Term } from './types.js'

/**
 * R = ½‖W − W₀‖² with the weights W₀ that the search began with: weight decay towards the start (L2-SP, Li,
 * Grandvalet & Davoine, arXiv:1802.01483). W₀ follows pruning.
 */
export const distanceToInit: Term = {
  name: 'distance-to-init',
  description: '½‖W − W₀‖² of every kernel: keeps weights near their initial values; unit: weight²',
  weights: {
    readsInitial: true,
    value: (w, initial) => tf.mul(0.5, tf.sum(tf.square(tf.sub(w, initial())))),
    gradient: (w, initial) => tf.sub(w, initial()),
  },
}
