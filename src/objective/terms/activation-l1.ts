import * as tf from '@tensorflow/tfjs-core'
import type { Term } from './types.js'

/**
 * R = mean |h| of a layer's outputs: sparse activations (Glorot, Bordes & Bengio, *Deep sparse rectifier
 * neural networks*, 2011, §3). It is the mean over examples and features, so that λ means the same for wide
 * and narrow layers. Its gradient is sign(h) / size, 0 at 0.
 */
export const activationL1: Term = {
  name: 'activation-l1',
  description: 'mean |h| of a layer’s outputs: sparse activations; unit: the activation’s own',
  activations: { value: (h) => tf.mean(tf.abs(h)) },
}
