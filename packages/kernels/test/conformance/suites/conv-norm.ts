import type * as tf from '@tensorflow/tfjs-core'
import { describe, it } from 'vitest'
import { ConvNorm, ConvNormGradient } from '../../../src/kernels/conv-norm.js'
import { batchNorm } from '../reference/batch-norm.js'
import * as reference from '../reference/conv.js'
import { draw, plus } from '../reference/operand.js'
import { throughSlope } from '../reference/norm-slope.js'
import { conforms, runAdding, runKernel, type Conformance } from '../support/conforms.js'
import { conformWhileGrowing } from '../support/heap.js'
import { hasOurs, share, type Subject } from '../support/subject.js'
import { cornerCases, tfPadding, tileCases, windowCases, type WindowCase } from '../support/windows.js'

/** A convolution with its output's statistics, and its gradients from behind a batch norm. */
export function convNormSuite(subject: Subject): void {
  const windows = share(subject, windowCases()).filter((_, i) => i % 4 === 0)
  const cases = [...windows, ...cornerCases(), ...tileCases()]
  describe.runIf(hasOurs(subject))('convolution and batch norm', () => {
    it.each(cases.map((one) => [one.title, one] as const))('%s', (_, one) => conforms(convNorm(one)))
    it('while the heap grows', () =>
      conformWhileGrowing(cases.filter((_, i) => i % 41 === 0).map((one) => convNorm(one))))
  })
}

export function convNorm({ title, window, shape, outputs }: WindowCase): Conformance<string, string> {
  const x = draw(`x ${title}`, shape, { mean: 0.2 })
  const filter = draw(`filter ${title}`, [...window.kernel, shape[3], outputs])
  const out = reference.conv2d(x, filter, window)
  const y = { values: out.values.map(Math.fround), shape: out.shape }
  const dy = draw(`dy ${title}`, y.shape)
  const statistics = batchNorm(y, dy, epsilon)
  // Not those of a batch norm, whose gradients vanish where there is one channel: what the kernel does is the same.
  const mean = draw(`out mean ${title}`, [outputs])
  const slope = draw(`slope ${title}`, [3, outputs])
  const { dx, dFilter } = reference.conv2dGradients(x, filter, throughSlope(y, dy, mean, slope), window)
  const sum = draw(`sum ${title}`, shape)
  return {
    inputs: { x, filter, y, dy, mean, slope },
    want: {
      out: y,
      outMean: statistics.mean,
      outVariance: statistics.variance,
      dx,
      dFilter,
      lone: dFilter,
      alone: dx,
      added: plus(dx, sum),
    },
    run({ x, filter, ...behind }) {
      const attrs = { strides: window.stride, dilations: window.dilation, pad: tfPadding(window.pad) }
      const [out, outMean, outVariance] = runKernel<tf.Tensor[]>(ConvNorm, { x: x!, filter: filter! }, attrs)
      const only = { ...behind, filter: filter! }
      const all = { ...only, x: x! }
      const wanted = (input: boolean, filters: boolean) => ({ ...attrs, inputShape: shape, input, filters })
      const [dx, dFilter] = runKernel<tf.Tensor[]>(ConvNormGradient, all, wanted(true, true))
      const [lone] = runKernel<tf.Tensor[]>(ConvNormGradient, all, wanted(false, true))
      const [alone] = runKernel<tf.Tensor[]>(ConvNormGradient, only, wanted(true, false))
      const [added] = runAdding(sum, ConvNormGradient, only, wanted(true, false))
      const results = { out, outMean, outVariance, dx, dFilter, lone, alone, added }
      return results as Record<string, tf.Tensor>
    },
  }
}

const epsilon = 1e-3
