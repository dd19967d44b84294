import type * as tf from '@tensorflow/tfjs-core'
import { tensorVectors } from '../../nn/vectors.js'
import type { ClosedForm, Relaxation } from './types.js'

/** w = α q with q = total / Σα, therefore ∂L/∂α_i = q ∂L/∂w_i − total / (Σα)² · Σ_j α_j ∂L/∂w_j. */
const closed: ClosedForm = {
  weights: (v, alpha, { total }) => v.mul(alpha, v.div(total, v.sum(alpha))),
  gradient(v, alpha, { total }, dMixture) {
    const sum = v.sum(alpha)
    const ofScale = v.sum(v.mul(dMixture, alpha))
    const ofSum = v.div(v.mul(ofScale, total), v.mul(sum, sum))
    return v.sub(v.mul(dMixture, v.div(total, sum)), ofSum)
  },
}

/**
 * Free non-negative gates, g / Σg · total. Dividing by the sum makes the loss independent of a common scale,
 * so its gradient never changes that scale, and terms on the mixture weights cannot be satisfied by shrinking
 * everything. A member that carries nothing always has gate 0: a budget may choose it, gates do not.
 */
export const gates: Relaxation = {
  name: 'gates',
  step: 'proximal',
  competes: true,
  travel: 2,
  slope: () => 1,
  initial(group, random, noise) {
    const stream = random.stream('gates', group.name)
    const raw = group.members.map(({ empty = false }) => {
      const open = Math.max(0.1, 1 + noise * stream.normal())
      return empty ? 0 : open
    })
    const sum = raw.reduce((a, b) => a + b, 0)
    return Float32Array.from(raw, (value) => (value / sum) * group.total)
  },
  weights: (alpha, group) => closed.weights(tensorVectors, alpha, group) as tf.Tensor1D,
  closed,
}
