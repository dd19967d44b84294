import * as tf from '@tensorflow/tfjs-core'
import type { Relaxation } from './types.js'

/**
 * Free non-negative gates, g / Σg · total. Dividing by the sum makes the loss blind to a common scale, so
 * its gradient never pushes there, and terms on the mixture weights cannot be met by shrinking everything.
 */
export const gates: Relaxation = {
  name: 'gates',
  step: 'proximal',
  initial(group, random, noise) {
    const stream = random.stream('gates', group.name)
    const raw = group.members.map(() => Math.max(0.1, 1 + noise * stream.normal()))
    const sum = raw.reduce((a, b) => a + b, 0)
    return Float32Array.from(raw, (value) => (value / sum) * group.total)
  },
  weights: (alpha, group) => tf.mul(alpha, tf.div(group.total, tf.sum(alpha))),
}
