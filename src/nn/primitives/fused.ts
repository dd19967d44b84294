import * as tf from '@tensorflow/tfjs-core'
import type { Attributes } from '../graph.js'
import { batchStatistics, type BatchStatistics } from '../ops/batch-norm.js'
import {
  activatedDepthwise,
  activatedDepthwiseGradient,
  normalisedSum,
  normalisedSumGradient,
} from '../ops/fused.js'
import { depthwise } from './conv.js'
import { carried, mix, withEmpty } from './gates.js'
import { primitive, type RunContext } from './types.js'
import { asImages, fromImages, windowOf } from './window.js'

/*
 * What `fuse` puts in place of several nodes of a training pass. They stand in no network that is saved,
 * counted or exported, and their parameters are those of the nodes whose ids they carry.
 */

/** A batch norm's statistics: those that the pass has seen, or those of x. Kept until the pass's owner frees them. */
function statisticsOf(context: RunContext, norm: string, x: tf.Tensor): BatchStatistics {
  const known = context.statistics.get(norm)
  if (known) return known
  const { mean, variance } = batchStatistics(x)
  const kept = { mean: tf.keep(mean), variance: tf.keep(variance) }
  context.statistics.set(norm, kept)
  return kept
}

/** ReLU and depthwise convolution, or batch norm, ReLU and depthwise: attrs those of depthwise, and norm, the batch norm's id. */
export const activatedDepthwisePrimitive = primitive({
  ...depthwise,
  kind: 'activated-depthwise',
  forward: ({ inputs, attrs, parameter, context }) => {
    const [x, shape] = [asImages(inputs[0]!), inputs[0]!.shape.slice(1)]
    const kernel = parameter('kernel') as tf.Tensor4D
    const y = activatedDepthwise(x, kernel, windowOf(shape, attrs), normOf(attrs, context, x))
    return fromImages(y, shape)
  },
  reads: { inputs: 'always' },
  backward: ({ inputs, shapes, attrs, parameter, context, dy, wanted }) => {
    const [x, d, shape] = [asImages(inputs[0]!), asImages(dy), shapes[0]!.slice(1)]
    const norm = normOf(attrs, context, x)
    const window = windowOf(shape, attrs)
    const { dx, dKernel } = activatedDepthwiseGradient(
      x,
      d,
      parameter('kernel') as tf.Tensor4D,
      window,
      norm,
      {
        input: wanted.inputs[0]!,
        own: wanted.own,
      },
    )
    return {
      inputs: [dx && fromImages(dx as tf.Tensor4D, shape)],
      ...(dKernel && { parameters: { kernel: dKernel } }),
    }
  },
})

const normOf = ({ norm }: Attributes, context: RunContext, x: tf.Tensor): BatchStatistics | undefined =>
  norm === undefined ? undefined : statisticsOf(context, norm as string, x)

/** A mix with the batch norms of its members inside: attrs those of mix, and norms, a batch norm's id or '' a member. */
export const normalisedMix = primitive({
  ...mix,
  kind: 'normalised-mix',
  forward: ({ inputs, attrs, context }) => {
    const gates = carried(context.mixture(attrs.group as string), attrs)
    return normalisedSum(inputs, gates, normsOf(attrs, context, inputs))
  },
  reads: { inputs: 'always' },
  backward: ({ inputs, attrs, context, dy, wanted }) => {
    const gates = carried(context.mixture(attrs.group as string), attrs)
    const { dx, dGates } = normalisedSumGradient(inputs, dy, gates, normsOf(attrs, context, inputs))
    return { inputs: dx, ...(wanted.own && { mixture: withEmpty(dGates, attrs) }) }
  },
})

const normsOf = ({ norms }: Attributes, context: RunContext, xs: readonly tf.Tensor[]) =>
  (norms as string[]).map((norm, m) => (norm === '' ? undefined : statisticsOf(context, norm, xs[m]!)))
