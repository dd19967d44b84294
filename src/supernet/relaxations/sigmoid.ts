import * as tf from '@tensorflow/tfjs-core'
import { adamTravel, initialLogits, type Relaxation } from './types.js'

/**
 * σ(α / τ) for each member by itself (FairDARTS, arXiv:1911.12126). Members do not compete, so their weights
 * do not sum to the group's total, and the loss decides their common scale.
 */
export const sigmoid: Relaxation = {
  name: 'sigmoid',
  step: 'adam',
  competes: false,
  travel: adamTravel,
  slope: () => 1 / 4,
  temperature: { from: 1, to: 1 },
  initial: initialLogits,
  weights: (alpha, _group, temperature = 1) => tf.sigmoid(tf.div(alpha, temperature)),
}
