import * as tf from '@tensorflow/tfjs-core'
import { describe, it } from 'vitest'
import * as reference from '../reference/conv.js'
import { draw, plus, type Operand } from '../reference/operand.js'
import type { Window } from '../reference/window.js'
import { conforms, runAdding, runKernel, type Conformance } from '../support/conforms.js'
import { conformWhileGrowing } from '../support/heap.js'
import { hasOurs, itEach, paddingElsewhere, share, type Subject } from '../support/subject.js'
import {
  channelCases,
  cornerCases,
  longWindowCases,
  seriesTapCases,
  tfPadding,
  tileCases,
  windowCases,
  type WindowCase,
} from '../support/windows.js'

/** `Conv2D` and `DepthwiseConv2dNative`: forward, and the gradients of input and filter. */
export function convSuite(subject: Subject): void {
  describe.each(convolutions)('$name', (convolution) => {
    const tables = {
      'every window': share(subject, windowCases()),
      'every number of channels': share(subject, channelCases()),
      corners: cornerCases(),
      ...(convolution.name === 'conv2d'
        ? {
            'tiles of 4×4': share(subject, tileCases()),
            'long windows over series': share(subject, longWindowCases()),
          }
        : { 'windows over series': share(subject, seriesTapCases()) }),
    }
    describe.each(Object.entries(tables))('%s', (_, cases) => {
      const refused = (one: WindowCase) => refusal(one) ?? paddingElsewhere(subject, one.window)
      itEach(subject, cases, refused, (one) => conforms(convolved(convolution, one)))
    })
    const some = [
      ...windowCases().filter((_, i) => i % 9 === 0),
      ...tables.corners,
      ...tileCases(),
      ...longWindowCases(),
    ]
    it
      .runIf(hasOurs(subject) && convolution.name === 'conv2d')
      .each(some.map((one) => [one.title, one] as const))('input gradient on a sum, %s', (_, one) =>
      conforms(addedGradient(one)),
    )
    it.runIf(hasOurs(subject))('while the heap grows', () => {
      const some = windowCases().filter((_, i) => i % 79 === 0)
      return conformWhileGrowing(some.map((one) => convolved(convolution, one)))
    })
  })
}

/** Why TensorFlow.js, without our kernels, takes no gradient here. */
const refusal = ({ window }: WindowCase): string | undefined =>
  isOne(window.dilation) ? undefined : 'TensorFlow.js has no gradients of convolutions with dilation'

const isOne = ([vertical, horizontal]: readonly [number, number]): boolean =>
  vertical === 1 && horizontal === 1

export interface Convolution {
  readonly name: 'conv2d' | 'depthwiseConv2d'
  /** Names of the kernels: forward, and the gradients of input and filter. */
  readonly kernels: readonly [string, string, string]
  /** The last two sizes of the filter. */
  filter(channels: number, outputs: number): [number, number]
  reference(x: Operand, filter: Operand, window: Window): Operand
  gradients(x: Operand, filter: Operand, dy: Operand, window: Window): { dx: Operand; dFilter: Operand }
}

export const convolutions: readonly Convolution[] = [
  {
    name: 'conv2d',
    kernels: ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'],
    filter: (channels, outputs) => [channels, outputs],
    reference: reference.conv2d,
    gradients: reference.conv2dGradients,
  },
  {
    name: 'depthwiseConv2d',
    kernels: [
      'DepthwiseConv2dNative',
      'DepthwiseConv2dNativeBackpropInput',
      'DepthwiseConv2dNativeBackpropFilter',
    ],
    filter: (channels) => [channels, 1],
    reference: reference.depthwise,
    gradients: reference.depthwiseGradients,
  },
]

type Inputs = 'x' | 'filter' | 'dy'
type Results = 'y' | 'dx' | 'dFilter'

/** One case of a convolution: through TensorFlow.js's API, or where that refuses it by its kernels' names. */
export function convolved(
  convolution: Convolution,
  { title, window, shape, outputs }: WindowCase,
): Conformance<Inputs, Results> {
  const x = draw(`x ${title}`, shape)
  const filter = draw(`filter ${title}`, [...window.kernel, ...convolution.filter(shape[3], outputs)])
  const y = convolution.reference(x, filter, window)
  const dy = draw(`dy ${title}`, y.shape)
  const want = { y, ...convolution.gradients(x, filter, dy, window) }
  const viaApi = isOne(window.stride) || isOne(window.dilation)
  return {
    inputs: { x, filter, dy },
    want,
    run: (tensors) => (viaApi ? throughApi : throughKernels)(convolution, window, tensors),
  }
}

function addedGradient({ title, window, shape, outputs }: WindowCase): Conformance<'filter' | 'dy', 'added'> {
  const x = draw(`x ${title}`, shape)
  const filter = draw(`filter ${title}`, [...window.kernel, shape[3], outputs])
  const dy = draw(`dy ${title}`, reference.conv2d(x, filter, window).shape)
  const { dx } = reference.conv2dGradients(x, filter, dy, window)
  const sum = draw(`sum ${title}`, shape)
  const attrs = { ...attributes(window), inputShape: shape }
  return {
    inputs: { filter, dy },
    want: { added: plus(dx, sum) },
    run: (tensors) => ({ added: runAdding(sum, 'Conv2DBackpropInput', tensors, attrs)[0]! }),
  }
}

const attributes = ({ stride, dilation, pad }: Window) => ({
  strides: [...stride] as [number, number],
  dilations: [...dilation] as [number, number],
  pad: tfPadding(pad),
})

function throughApi({ name }: Convolution, window: Window, { x, filter, dy }: Record<Inputs, tf.Tensor>) {
  const { strides, pad, dilations } = attributes(window)
  const { value, grads } = tf.valueAndGrads<tf.Tensor>((...[input, kernel]: tf.Tensor[]) =>
    tf[name](input as tf.Tensor4D, kernel as tf.Tensor4D, strides, pad, 'NHWC', dilations),
  )([x, filter], dy)
  return { y: value, dx: grads[0]!, dFilter: grads[1]! }
}

function throughKernels(
  { kernels }: Convolution,
  window: Window,
  { x, filter, dy }: Record<Inputs, tf.Tensor>,
) {
  const attrs = attributes(window)
  const [forward, input, kernel] = kernels
  return {
    y: runKernel(forward, { x, filter }, attrs),
    dx: runKernel(input, { dy, filter }, { ...attrs, inputShape: x.shape }),
    dFilter: runKernel(kernel, { x, dy }, { ...attrs, filterShape: filter.shape }),
  }
}
