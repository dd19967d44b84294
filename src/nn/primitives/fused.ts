import * as tf from '@tensorflow/tfjs-core'
import { batchStatistics, type BatchStatistics } from '../functions/batch-norm.js'
import { convNorm, convNormGradient } from '../functions/conv-norm.js'
import {
  activatedDepthwise,
  activatedDepthwiseGradient,
  normalisedSum,
  normalisedSumGradient,
} from '../functions/fused.js'
import type { NormBehind } from '../functions/norm-slope.js'
import { separable, separableGradient, type SeparableKernels } from '../functions/separable.js'
import type { Attributes } from '../graph.js'
import { conv, depthwise } from './conv.js'
import { carried, mix, withEmpty } from './gates.js'
import { featuresOf, primitive, sizeOf, type RunContext } from './types.js'
import { asImages, fromImages, imageShape, windowTaps, windowOf, windowShape } from './window.js'

/*
 * The nodes that `fuse` puts in place of several nodes of a training pass. They never appear in a network
 * that is saved, counted or exported. Their parameters are those of the nodes whose ids they carry.
 */

/**
 * A batch norm's statistics: those already seen in this pass, or else those of x, which are then kept until
 * the pass's owner frees them.
 */
function statisticsOf(context: RunContext, norm: string, x: tf.Tensor): BatchStatistics {
  const known = context.statistics.get(norm)
  if (known) return known
  keepStatistics(context, norm, batchStatistics(x))
  return context.statistics.get(norm)!
}

/**
 * ReLU → depthwise convolution, or batch norm → ReLU → depthwise convolution. attrs: those of `depthwise`,
 * and norm, the batch norm's id.
 */
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
  backward: ({ inputs, shapes, attrs, parameter, context, dy, wanted, sums }) => {
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
        filters: wanted.trained,
      },
      norm ? undefined : sums[0],
    )
    return {
      inputs: [dx && fromImages(dx, shape)],
      ...(dKernel && { parameters: { kernel: dKernel } }),
    }
  },
})

const normOf = ({ norm }: Attributes, context: RunContext, x: tf.Tensor): BatchStatistics | undefined =>
  norm === undefined ? undefined : statisticsOf(context, norm as string, x)

/**
 * A mix that includes the batch norms of its members. attrs: those of `mix`; norms, for each member the id of
 * its batch norm or ''; left, the ids of those whose gradients are left to the node before them.
 */
export const normalisedMix = primitive({
  ...mix,
  kind: 'normalised-mix',
  forward: ({ inputs, attrs, context }) => {
    const gates = carried(context.mixture(attrs.group as string), attrs)
    return normalisedSum(inputs, gates, normsOf(attrs, context, inputs))
  },
  reads: { inputs: 'always' },
  backward: ({ inputs, attrs, context, dy, wanted, sums }) => {
    const gates = carried(context.mixture(attrs.group as string), attrs)
    const norms = normsOf(attrs, context, inputs)
    const left = (attrs.norms as string[]).map((norm) => isLeft(attrs, norm))
    const totals = sums.map((sum, m) => (left[m] ? undefined : sum))
    const { members, dGates } = normalisedSumGradient(inputs, dy, gates, norms, left, totals)
    return {
      inputs: members.map((member, m) => {
        if (!left[m]) return member
        leave(context, (attrs.norms as string[])[m]!, member as tf.Tensor2D)
        return dy
      }),
      ...(wanted.trained && { mixture: withEmpty(dGates, attrs) }),
    }
  },
})

const normsOf = ({ norms }: Attributes, context: RunContext, xs: readonly tf.Tensor[]) =>
  (norms as string[]).map((norm, m) => (norm === '' ? undefined : statisticsOf(context, norm, xs[m]!)))

const isLeft = ({ left = [] }: Attributes, norm: unknown): boolean =>
  (left as string[]).includes(norm as string)

/** Keeps the slope until the node before the batch norm applies it. */
function leave({ slopes }: RunContext, norm: string, slope: tf.Tensor2D): void {
  slopes.set(norm, tf.keep(slope))
}

/**
 * ReLU → depthwise → pointwise; the node has the id of the pointwise convolution. attrs: those of the
 * depthwise convolution; depthwise, its id; channels; norm, the id of a batch norm in front; left, a list of
 * that id if its gradient is left to the node before it; behind, the id of the batch norm after this node
 * whose gradient is left to this node.
 */
export const separablePrimitive = primitive({
  kind: 'separable',
  shape: ([input], attrs) => windowShape('separable', input!, attrs, attrs.channels as number),
  forward: ({ inputs, attrs, parameter, context }) => {
    const [x, shape] = [asImages(inputs[0]!), inputs[0]!.shape.slice(1)]
    const { y, statistics } = separable(x, kernelsOf(attrs, shape, parameter), normOf(attrs, context, x))
    if (attrs.behind !== undefined) keepStatistics(context, attrs.behind as string, statistics)
    return fromImages(y, shape)
  },
  reads: (attrs) => ({ inputs: 'always', output: attrs.behind !== undefined }),
  backward: ({ inputs, shapes, output, attrs, parameter, context, dy, wanted, sums }) => {
    const [x, shape] = [asImages(inputs[0]!), shapes[0]!.slice(1)]
    const { dx, slope, dDepthwise, dPointwise } = separableGradient(
      x,
      asImages(dy),
      kernelsOf(attrs, shape, parameter),
      normOf(attrs, context, x),
      behindOf(attrs, context, output),
      { input: wanted.inputs[0]!, filters: wanted.trained, left: isLeft(attrs, attrs.norm) },
      attrs.norm === undefined ? sums[0] : undefined,
    )
    if (slope) leave(context, attrs.norm as string, slope)
    return {
      inputs: [dx && fromImages(dx, shape)],
      ...(dDepthwise &&
        dPointwise && {
          parameters: { kernel: dPointwise, [`${attrs.depthwise as string}:kernel`]: dDepthwise },
        }),
    }
  },
  flops: ([input], output, attrs) => {
    const inner = (sizeOf(output) / featuresOf(output)) * featuresOf(input!)
    return inner * windowTaps(input!, attrs) + sizeOf(output) * featuresOf(input!)
  },
})

const kernelsOf = (
  attrs: Attributes,
  shape: readonly number[],
  parameter: (name: string) => tf.Tensor,
): SeparableKernels => ({
  depthwise: parameter(`${attrs.depthwise as string}:kernel`) as tf.Tensor4D,
  pointwise: parameter('kernel') as tf.Tensor4D,
  window: windowOf(shape, attrs),
})

/**
 * A convolution that also computes the gradient of the batch norm after it. attrs: those of `conv`, and
 * behind, that batch norm's id.
 */
export const convNormPrimitive = primitive({
  ...conv,
  kind: 'conv-norm',
  forward: ({ inputs, attrs, parameter, context }) => {
    const [x, shape] = [asImages(inputs[0]!), inputs[0]!.shape.slice(1)]
    const { y, statistics } = convNorm(x, parameter('kernel') as tf.Tensor4D, windowOf(shape, attrs))
    keepStatistics(context, attrs.behind as string, statistics)
    return fromImages(y, shape)
  },
  reads: { inputs: 'own', output: true },
  backward: ({ inputs, shapes, output, attrs, parameter, context, dy, wanted, sums }) => {
    const shape = shapes[0]!.slice(1)
    const { dx, dKernel } = convNormGradient(
      wanted.trained ? asImages(inputs[0]!) : undefined,
      asImages(dy),
      parameter('kernel') as tf.Tensor4D,
      windowOf(shape, attrs),
      behindOf(attrs, context, output)!,
      { shape: imageShape(shapes[0]!), input: wanted.inputs[0]!, filters: wanted.trained },
      sums[0],
    )
    return {
      inputs: [dx && fromImages(dx, shape)],
      ...(dKernel && { parameters: { kernel: dKernel } }),
    }
  },
})

function keepStatistics({ statistics }: RunContext, norm: string, { mean, variance }: BatchStatistics): void {
  if (!statistics.has(norm)) statistics.set(norm, { mean: tf.keep(mean), variance: tf.keep(variance) })
}

function behindOf({ behind }: Attributes, context: RunContext, output: tf.Tensor): NormBehind | undefined {
  if (behind === undefined) return undefined
  const norm = behind as string
  const { mean } = context.statistics.get(norm)!
  return { y: asImages(output), mean, slope: context.slopes.get(norm)! }
}
