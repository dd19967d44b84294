import * as tf from '@tensorflow/tfjs-core'
import type { RandomStream } from '../../base/random.js'
import { drawn } from '../functions/drawn.js'
import { sizeOf, primitive, type ForwardArguments } from './types.js'
import { windowShape } from './window.js'

/*
 * Nodes that draw random numbers, in training passes only. A stream begins anew each time it is asked for,
 * so the gradient, and a segment that is computed again, see the numbers that the forward pass saw.
 */

/**
 * Noise N(0, deviation²) of its input's shape at every stride-th position, independent of the input's values:
 * the noise of RobustDARTS's space S4 (arXiv:1909.09656). Outside training it is the mean, 0. attrs stride,
 * deviation.
 */
export const noise = primitive({
  kind: 'noise',
  shape: ([x], { stride = 1 }) => windowShape('noise', x!, { kernel: 1, stride }),
  forward: (args) => {
    const { inputs, attrs, context } = args
    const [batch, ...input] = inputs[0]!.shape
    const shape = [batch, ...windowShape('noise', input, { kernel: 1, stride: attrs.stride ?? 1 })]
    if (!context.training) return tf.zeros(shape)
    const deviation = (attrs.deviation as number | undefined) ?? 1
    return drawn(shape, () => {
      const values = streamOf(args, 'noise').normals(sizeOf(shape))
      return deviation === 1 ? values : values.map((value) => deviation * value)
    })
  },
  backward: () => ({ inputs: [undefined] }),
})

/**
 * Zeroes each value with probability `rate` and scales the others by 1 / (1 − rate). Outside training it is
 * the identity (Srivastava et al., JMLR 2014). attrs rate.
 */
export const dropout = primitive({
  kind: 'dropout',
  featurewise: true,
  keepsZero: () => true,
  shape: ([x]) => x!,
  forward: (args) => {
    const x = args.inputs[0]!
    return args.context.training ? tf.mul(x, valueMask(args, x.shape)) : x
  },
  backward: (args) => ({ inputs: [tf.mul(args.dy, valueMask(args, args.dy.shape))] }),
})

/**
 * Drop-path: like dropout, but drops or keeps whole examples (FractalNet, arXiv:1605.07648). attrs rate,
 * which each pass multiplies by its `dropPath`, so that the rate can grow over time.
 */
export const dropPath = primitive({
  kind: 'drop-path',
  featurewise: true,
  keepsZero: () => true,
  shape: ([x]) => x!,
  forward: (args) => {
    const x = args.inputs[0]!
    return args.context.training ? tf.mul(x, pathMask(args, x.shape)) : x
  },
  backward: (args) => ({ inputs: [tf.mul(args.dy, pathMask(args, args.dy.shape))] }),
})

type Drawing = Pick<ForwardArguments, 'node' | 'attrs' | 'context'>

function valueMask(args: Drawing, shape: readonly number[]): tf.Tensor {
  return drawn([...shape], () => mask(streamOf(args, 'dropout'), sizeOf(shape), args.attrs.rate as number))
}

function pathMask(args: Drawing, [batch, ...rest]: readonly number[]): tf.Tensor {
  return drawn([batch!, ...rest.map(() => 1)], () => {
    const rate = (args.attrs.rate as number) * (args.context.dropPath?.() ?? 1)
    return mask(streamOf(args, 'drop-path'), batch!, rate)
  })
}

/** 0 with probability `rate`, else 1 / (1 − rate). */
const mask = (stream: RandomStream, size: number, rate: number): Float32Array =>
  stream.uniforms(size).map((u) => (u < rate ? 0 : 1 / (1 - rate)))

function streamOf({ node, context }: Drawing, purpose: string): RandomStream {
  if (!context.random) throw new Error(`${node}: a training pass needs random numbers here`)
  return context.random(purpose, node)
}
