import * as tf from '@tensorflow/tfjs-core'
import { eachGroup } from './each-group.js'
import type { Term } from './types.js'

const competing =
  'weights of a group sum to a constant, so they cannot each choose 0 or 1; use entropy or hoyer, or relaxation sigmoid'

/**
 * R = Σ g (1 − g): 0 if every weight is 0 or 1, M/4 if all are one half. The zero-one loss of FairDARTS
 * (arXiv:1911.12126, eq. 4) is −(1/M) Σ (g − ½)² = R/M − ¼. It pushes weights below one half to 0 and those
 * above to 1, so it should act late, when the loss has put them on their sides.
 */
export const zeroOne: Term = {
  name: 'zero-one',
  description: 'Σ g (1 − g): each weight to 0 or 1 by itself; unit: none',
  gates: {
    value: eachGroup((mixture) => tf.sum(tf.mul(mixture, tf.sub(1, mixture)))),
    selects: 'groups',
    refuses: ({ competes }) => (competes ? competing : undefined),
  },
}
