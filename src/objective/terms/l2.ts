import * as tf from '@tensorflow/tfjs-core'
import type { Term } from './types.js'

/** R = ½‖W‖² (Frobenius), so that its gradient is W and λ is the usual weight decay. */
export const l2: Term = {
  name: 'l2',
  description: '½‖W‖² of every kernel: weight decay; unit: weight²',
  weights: {
    form: 'decay',
    value: (w) => tf.mul(0.5, tf.sum(tf.square(w))),
    gradient: (w) => w,
  },
}
