import type * as tf from '@tensorflow/tfjs-core'
import {
  dense as denseOp,
  denseBiasGradient,
  denseInputGradient,
  denseKernelGradient,
} from '../functions/dense.js'
import { featuresOf, primitive } from './types.js'

/** y = x · W + b on the last axis: attrs units. */
export const dense = primitive({
  kind: 'dense',
  widthAttribute: 'units',
  shape: ([input], attrs) => {
    if (input!.length !== 1) throw new Error(`dense expects a vector, got [${input!.join(', ')}]`)
    return [attrs.units as number]
  },
  parameters: ([input], attrs) => ({
    kernel: {
      shape: [featuresOf(input!), attrs.units as number],
      init: 'glorot-uniform',
      role: 'weight',
      inAxis: 0,
      outAxis: 1,
    },
    bias: { shape: [attrs.units as number], init: 'zeros', role: 'weight', outAxis: 0 },
  }),
  forward: ({ inputs, parameter }) =>
    denseOp(inputs[0] as tf.Tensor2D, parameter('kernel') as tf.Tensor2D, parameter('bias') as tf.Tensor1D),
  reads: { inputs: 'own' },
  backward: ({ inputs, parameter, dy, wanted }) => {
    const d = dy as tf.Tensor2D
    return {
      inputs: [wanted.inputs[0] ? denseInputGradient(d, parameter('kernel') as tf.Tensor2D) : undefined],
      ...(wanted.trained && {
        parameters: { kernel: denseKernelGradient(inputs[0] as tf.Tensor2D, d), bias: denseBiasGradient(d) },
      }),
    }
  },
  flops: ([input], output) => featuresOf(input!) * output[0]!,
})
