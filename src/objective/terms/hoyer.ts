import * as tf from '@tensorflow/tfjs-core'
import { eachGroup } from './each-group.js'
import type { Term } from './types.js'

/**
 * R = ‖g‖₁ / ‖g‖₂ of a group: 1 if one member has everything, √M if all are equal. It ignores a common scale
 * (Hoyer 2004, whose sparseness is (√M − R) / (√M − 1)).
 */
export const hoyer: Term = {
  name: 'hoyer',
  description: '‖g‖₁ / ‖g‖₂ of a group’s weights: pushes towards one member; unit: √members',
  gates: {
    value: eachGroup((mixture) =>
      tf.div(tf.sum(mixture), tf.sqrt(tf.add(tf.sum(tf.square(mixture)), 1e-12))),
    ),
    selects: 'groups',
  },
}
