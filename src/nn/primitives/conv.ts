import type * as tf from '@tensorflow/tfjs-core'
import {
  conv2d,
  conv2dFilterGradient,
  conv2dInputGradient,
  depthwiseConv2d,
  depthwiseFilterGradient,
  depthwiseInputGradient,
} from '../ops/conv.js'
import { samePadding, type Window } from '../ops/spatial.js'
import type { Attributes, Shape } from '../graph.js'
import { imageShape, primitive, sizeOf } from './types.js'

type Shape4 = [number, number, number, number]

const windowOf = (attrs: Attributes): Window => attrs as unknown as Window

/** [H, W, C] after a `same` window with stride. */
export function windowShape(kind: string, input: Shape, attrs: Attributes, channels?: number): Shape {
  const [h, w, c] = imageShape(kind, input)
  const { kernel, stride, dilation = 1 } = windowOf(attrs)
  if (stride > 1 && dilation > 1) throw new Error('a window has a stride or a dilation, not both')
  const out = (size: number) => samePadding(size, kernel, stride, dilation).out
  return [out(h), out(w), channels ?? c]
}

/** 2-D convolution, `same` padding, no bias: attrs channels, kernel, stride, dilation. */
export const conv = primitive({
  kind: 'conv',
  widthAttribute: 'channels',
  shape: ([input], attrs) => windowShape('conv', input!, attrs, attrs.channels as number),
  parameters: ([input], attrs) => ({
    kernel: {
      shape: [attrs.kernel as number, attrs.kernel as number, input![2]!, attrs.channels as number],
      init: 'he-normal',
      role: 'weight',
      inAxis: 2,
      outAxis: 3,
    },
  }),
  forward: ({ inputs, attrs, parameter }) =>
    conv2d(inputs[0] as tf.Tensor4D, parameter('kernel') as tf.Tensor4D, windowOf(attrs)),
  reads: { inputs: 'own' },
  backward: ({ inputs, shapes, attrs, parameter, dy, wanted }) => {
    const [kernel, d] = [parameter('kernel') as tf.Tensor4D, dy as tf.Tensor4D]
    const window = windowOf(attrs)
    return {
      inputs: [wanted.inputs[0] ? conv2dInputGradient(d, kernel, shapes[0] as Shape4, window) : undefined],
      ...(wanted.own && {
        parameters: { kernel: conv2dFilterGradient(inputs[0] as tf.Tensor4D, d, window) },
      }),
    }
  },
  flops: ([input], output, attrs) => sizeOf(output) * input![2]! * (attrs.kernel as number) ** 2,
})

/** Depthwise 2-D convolution, `same` padding, no bias: attrs kernel, stride, dilation. */
export const depthwise = primitive({
  kind: 'depthwise',
  shape: ([input], attrs) => windowShape('depthwise', input!, attrs),
  parameters: ([input], attrs) => ({
    kernel: {
      shape: [attrs.kernel as number, attrs.kernel as number, input![2]!, 1],
      init: 'he-normal',
      role: 'weight',
    },
  }),
  forward: ({ inputs, attrs, parameter }) =>
    depthwiseConv2d(inputs[0] as tf.Tensor4D, parameter('kernel') as tf.Tensor4D, windowOf(attrs)),
  reads: { inputs: 'own' },
  backward: ({ inputs, shapes, attrs, parameter, dy, wanted }) => {
    const [kernel, d] = [parameter('kernel') as tf.Tensor4D, dy as tf.Tensor4D]
    const window = windowOf(attrs)
    return {
      inputs: [wanted.inputs[0] ? depthwiseInputGradient(d, kernel, shapes[0] as Shape4, window) : undefined],
      ...(wanted.own && {
        parameters: { kernel: depthwiseFilterGradient(inputs[0] as tf.Tensor4D, d, window) },
      }),
    }
  },
  flops: (_inputs, output, attrs) => sizeOf(output) * (attrs.kernel as number) ** 2,
})
