import * as tf from '@tensorflow/tfjs-core'
import {
  batchNormGradient,
  batchStatistics,
  normalise,
  type Affine,
  type BatchStatistics,
} from '../functions/batch-norm.js'
import { featuresOf, primitive, type ForwardArguments, type ParameterSpec } from './types.js'

/**
 * Batch normalisation, by the batch's statistics while training and by moving averages otherwise. attrs
 * affine: whether it has a trained scale and offset. Without them, a gate after it cannot hide its size in a
 * scale.
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
    if (!context.training) {
      const moving = {
        mean: parameter('mean') as tf.Tensor1D,
        variance: parameter('variance') as tf.Tensor1D,
      }
      return normalise(x, moving, affineOf(attrs, parameter))
    }
    // When the pass is computed again for its gradient, its statistics are already known.
    const statistics = context.statistics.get(node) ?? keptStatistics(x)
    context.statistics.set(node, statistics)
    return normalise(x, statistics, affineOf(attrs, parameter))
  },
  reads: { inputs: 'always' },
  backward: ({ node, inputs, attrs, parameter, context, dy }) => {
    const scale = affineOf(attrs, parameter)?.scale
    const { dx, dScale, dOffset } = batchNormGradient(inputs[0]!, dy, context.statistics.get(node)!, scale)
    return { inputs: [dx], ...(attrs.affine && { parameters: { scale: dScale, offset: dOffset } }) }
  },
})

function affineOf(
  attrs: ForwardArguments['attrs'],
  parameter: ForwardArguments['parameter'],
): Affine | undefined {
  if (!attrs.affine) return undefined
  return { scale: parameter('scale') as tf.Tensor1D, offset: parameter('offset') as tf.Tensor1D }
}

/** Statistics that outlive the tidy around the pass. The owner of the pass disposes them. */
function keptStatistics(x: tf.Tensor): BatchStatistics {
  const { mean, variance } = batchStatistics(x)
  return { mean: tf.keep(mean), variance: tf.keep(variance) }
}
