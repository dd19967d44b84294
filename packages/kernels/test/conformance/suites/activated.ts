import type * as tf from '@tensorflow/tfjs-core'
import { describe, it } from 'vitest'
import { ActivatedDepthwise, ActivatedDepthwiseGradient } from '../../../src/kernels/activated-depthwise.js'
import { beforeNorm, normalised } from '../reference/batch-norm.js'
import * as reference from '../reference/conv.js'
import { draw, plus } from '../reference/operand.js'
import { conforms, runAdding, runKernel, type Conformance } from '../support/conforms.js'
import { conformWhileGrowing } from '../support/heap.js'
import { hasOurs, share, type Subject } from '../support/subject.js'
import { cornerCases, seriesTapCases, tfPadding, windowCases, type WindowCase } from '../support/windows.js'

/** The depthwise convolution of ReLU, with and without a batch norm before it: forward and both gradients. */
export function activatedSuite(subject: Subject): void {
  describe.runIf(hasOurs(subject)).each([false, true])('ReLU and depthwise, normalised %s', (norm) => {
    const windows = share(subject, windowCases()).filter((_, i) => i % 3 === Number(norm))
    const cases = [...windows, ...cornerCases(), ...seriesTapCases()]
    it.each(cases.map((one) => [one.title, one] as const))('%s', (_, one) => conforms(activated(one, norm)))
    it('while the heap grows', () =>
      conformWhileGrowing(cases.filter((_, i) => i % 41 === 0).map((one) => activated(one, norm))))
  })
}

export function activated({ title, window, shape }: WindowCase, norm: boolean): Conformance<string, string> {
  const channels = shape[3]
  const filter = draw(`filter ${title}`, [...window.kernel, channels, 1])
  const mean = draw(`mean ${title}`, [channels])
  const variance = {
    values: draw(`variance ${title}`, [channels]).values.map((v) => Math.fround(Math.abs(v) + 0.1)),
    shape: [channels],
  }
  // Where ReLU is at its bend, the gradient is 0.
  const bend = (i: number) => (norm ? mean.values[i % channels]! : 0)
  const draws = draw(`x ${title}`, shape, { mean: 0.2 }).values
  const x = { values: draws.map((value, i) => (i % 5 === 0 ? bend(i) : value)), shape }
  const inside = norm ? normalised(x, { mean, variance }, epsilon) : x
  const open = { values: inside.values.map((value) => Math.max(0, value)), shape }
  const y = reference.depthwise(open, filter, window)
  const dy = draw(`dy ${title}`, y.shape)
  const { dx, dFilter } = reference.depthwiseGradients(open, filter, dy, window)
  const { stride, dilation, pad } = window
  const attrs = { strides: stride, dilations: dilation, pad: tfPadding(pad), epsilon }
  const sum = draw(`sum ${title}`, shape)
  const d = { values: dx.values.map((value, i) => (inside.values[i]! > 0 ? value : 0)), shape }
  return {
    inputs: { x, filter, dy, ...(norm && { mean, variance }) },
    want: {
      y,
      dFilter,
      dx: norm ? beforeNorm(d, inside, variance, epsilon) : d,
      lone: dFilter,
      ...(!norm && { added: plus(d, sum) }),
    },
    run({ x, filter, dy, mean, variance }) {
      const inputs = { x: x!, filter: filter!, ...(mean && variance && { mean, variance }) }
      const gradients = (wanted: object) =>
        runKernel<tf.Tensor[]>(ActivatedDepthwiseGradient, { ...inputs, dy: dy! }, { ...attrs, ...wanted })
      const [dx, dFilter] = gradients({ input: true, filters: true })
      const [lone] = gradients({ input: false, filters: true })
      const y = runKernel(ActivatedDepthwise, inputs, attrs)
      const all = { y, dx: dx!, dFilter: dFilter!, lone: lone! }
      if (norm) return all
      const only = { ...attrs, input: true, filters: false }
      const [added] = runAdding(sum, ActivatedDepthwiseGradient, { ...inputs, dy: dy! }, only)
      return { ...all, added: added! }
    },
  }
}

const epsilon = 1e-3
