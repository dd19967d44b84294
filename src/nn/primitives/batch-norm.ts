import * as tf from '@tensorflow/tfjs-core'
import { epsilon, normaliseBatch, scaleAndShift } from '../ops/batch-norm.js'
import { featuresOf, primitive, type ParameterSpec } from './types.js'

/**
 * Batch normalisation: by the batch's statistics while training, by moving averages else. attrs affine:
 * with a trained scale and offset, or without (so that a gate behind it cannot hide its size in a scale).
 */
export const batchNorm = primitive({
  kind: 'batch-norm',
  featurewise: true,
  shape: ([input]) => input!,
  parameters: ([input], attrs) => {
    const spec = (init: 'zeros' | 'ones', role: ParameterSpec['role']): ParameterSpec => ({
      shape: [featuresOf(input!)],
      init,
      role,
      outAxis: 0,
    })
    return {
      ...(attrs.affine ? { scale: spec('ones', 'weight'), offset: spec('zeros', 'weight') } : {}),
      mean: spec('zeros', 'statistic'),
      variance: spec('ones', 'statistic'),
    }
  },
  forward: ({ node, inputs, attrs, parameter, context }) => {
    const x = inputs[0]!
    const normalised = context.training
      ? normaliseBatch(x, (statistics) => context.observe(node, statistics))
      : tf.mul(tf.sub(x, parameter('mean')), tf.rsqrt(tf.add(parameter('variance'), epsilon)))
    if (!attrs.affine) return normalised
    return scaleAndShift(normalised, parameter('scale') as tf.Tensor1D, parameter('offset') as tf.Tensor1D)
  },
})
