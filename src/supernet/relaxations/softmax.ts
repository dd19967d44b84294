import * as tf from '@tensorflow/tfjs-core'
import { adamTravel, initialLogits, type Relaxation } from './types.js'

/** softmax(α / τ) · total (DARTS, arXiv:1806.09055; its temperature as in ASAP, arXiv:1904.04123). */
export const softmax: Relaxation = {
  name: 'softmax',
  step: 'adam',
  competes: true,
  travel: adamTravel,
  slope: ({ total, members }) => total / members.length,
  temperature: { from: 1, to: 1 },
  initial: initialLogits,
  weights: (alpha, group, temperature = 1) =>
    tf.mul(tf.softmax(temperature === 1 ? alpha : tf.div(alpha, temperature)), group.total),
}
