import * as tf from '@tensorflow/tfjs-core'
import type { Shape } from '../graph.js'
import { primitive } from './types.js'

/** Zeros for every row of its input: attrs shape. An edge that keeps no operation becomes this node. */
export const zeros = primitive({
  kind: 'zeros',
  shape: (_inputs, attrs) => attrs.shape as Shape,
  forward: ({ inputs, attrs }) => tf.zeros([inputs[0]!.shape[0], ...(attrs.shape as Shape)]),
  backward: () => ({ inputs: [undefined] }),
})
