import * as tf from '@tensorflow/tfjs-core'
import type { Term } from './types.js'

/** The distance by which inputs, which are scaled to standard deviation 1, are moved. */
const step = 1e-2

/**
 * R = ‖∂h/∂x‖² (Frobenius), the mean over examples: outputs that do not change with the input (contractive
 * autoencoders: Rifai et al., ICML 2011). It is estimated with one random direction v of signs ±1 per step:
 *
 *     ‖J‖² = E ‖J v‖²  (Hutchinson 1989),   J v ≈ (h(x + ε v) − h(x)) / ε
 *
 * The first is unbiased. The second leaves ε⟨J v, vᵀH v⟩ + O(ε²), whose first part is odd in v and therefore
 * 0 on average: a bias of O(ε²), ε = 0.01. Both passes are differentiated, so no second derivative is needed.
 * Batch norms use each pass's own statistics.
 */
export const contractive: Term = {
  name: 'contractive',
  description:
    '‖∂h/∂x‖² of a layer’s outputs, estimated: outputs that inputs hardly move; unit: (activation / input)²',
  activations: {
    probe: step,
    value: (h, moved) => {
      const slope = tf.div(tf.sub(moved, h), step)
      return tf.div(tf.sum(tf.square(slope)), h.shape[0])
    },
  },
}
