import type * as tf from '@tensorflow/tfjs-core'
import {
  conv2d,
  conv2dFilterGradient,
  conv2dInputGradient,
  depthwiseConv2d,
  depthwiseFilterGradient,
  depthwiseInputGradient,
} from '../functions/conv.js'
import type { Window } from '../functions/spatial.js'
import { featuresOf, primitive, sizeOf, type Primitive } from './types.js'
import {
  asImages,
  fromImages,
  imageShape,
  kernelSize,
  windowTaps,
  windowOf,
  windowShape,
  type Shape4,
} from './window.js'

interface Convolution {
  readonly forward: (x: tf.Tensor4D, kernel: tf.Tensor4D, window: Window) => tf.Tensor4D
  /** May add the gradient to `sum` and then returns `sum`. */
  readonly input: (
    dy: tf.Tensor4D,
    kernel: tf.Tensor4D,
    shape: Shape4,
    window: Window,
    sum?: tf.Tensor,
  ) => tf.Tensor
  readonly filter: (x: tf.Tensor4D, dy: tf.Tensor4D, window: Window) => tf.Tensor4D
}

/**
 * Computation and gradient of a convolution over images or series, whose kernel is the parameter `kernel`.
 */
const convolved = (of: Convolution): Pick<Primitive, 'forward' | 'reads' | 'backward'> => ({
  forward: ({ inputs, attrs, parameter }) => {
    const x = inputs[0]!
    const shape = x.shape.slice(1)
    const y = of.forward(asImages(x), parameter('kernel') as tf.Tensor4D, windowOf(shape, attrs))
    return fromImages(y, shape)
  },
  reads: { inputs: 'own' },
  backward: ({ inputs, shapes, attrs, parameter, dy, wanted, sums }) => {
    const shape = shapes[0]!.slice(1)
    const [window, d] = [windowOf(shape, attrs), asImages(dy)]
    const dx = () => of.input(d, parameter('kernel') as tf.Tensor4D, imageShape(shapes[0]!), window, sums[0])
    return {
      inputs: [wanted.inputs[0] ? fromImages(dx(), shape) : undefined],
      ...(wanted.trained && { parameters: { kernel: of.filter(asImages(inputs[0]!), d, window) } }),
    }
  },
})

/**
 * Convolution over an image [H, W, C] or a series [T, C], `same` padding, no bias: attrs channels, kernel,
 * stride, dilation. Its kernel is [k, k, C, channels], or [1, k, C, channels] over a series.
 */
export const conv = primitive({
  kind: 'conv',
  widthAttribute: 'channels',
  shape: ([input], attrs) => windowShape('conv', input!, attrs, attrs.channels as number),
  parameters: ([input], attrs) => ({
    kernel: {
      shape: [...kernelSize(input!, attrs), featuresOf(input!), attrs.channels as number],
      init: 'he-normal',
      role: 'weight',
      inAxis: 2,
      outAxis: 3,
    },
  }),
  ...convolved({ forward: conv2d, input: conv2dInputGradient, filter: conv2dFilterGradient }),
  flops: ([input], output, attrs) => sizeOf(output) * featuresOf(input!) * windowTaps(input!, attrs),
})

/**
 * Depthwise convolution over an image or a series, `same` padding, no bias: attrs kernel, stride, dilation.
 * Its kernel is [k, k, C, 1], or [1, k, C, 1] over a series.
 */
export const depthwise = primitive({
  kind: 'depthwise',
  featurewise: true,
  keepsZero: () => true,
  shape: ([input], attrs) => windowShape('depthwise', input!, attrs),
  parameters: ([input], attrs) => ({
    kernel: {
      shape: [...kernelSize(input!, attrs), featuresOf(input!), 1],
      init: 'he-normal',
      role: 'weight',
      outAxis: 2,
    },
  }),
  ...convolved({
    forward: depthwiseConv2d,
    input: depthwiseInputGradient,
    filter: depthwiseFilterGradient,
  }),
  flops: ([input], output, attrs) => sizeOf(output) * windowTaps(input!, attrs),
})
