import { describe, it } from 'vitest'
import {
  ActivatedDepthwise,
  ActivatedDepthwiseFilter,
  ActivatedDepthwiseInput,
} from '../../../src/backend/wasm/kernels/depthwise.js'
import * as reference from '../reference/conv.js'
import { draw, type Operand } from '../reference/operand.js'
import { conforms, runKernel, type Conformance } from '../support/conforms.js'
import { conformWhileGrowing } from '../support/heap.js'
import { hasOurs, share, type Subject } from '../support/subject.js'
import { cornerCases, tfPadding, windowCases, type WindowCase } from '../support/windows.js'

/** The depthwise convolution of ReLU, with and without a batch norm before it: forward and both gradients. */
export function activatedSuite(subject: Subject): void {
  describe.runIf(hasOurs(subject)).each([false, true])('ReLU and depthwise, normalised %s', (norm) => {
    const windows = share(subject, windowCases()).filter((_, i) => i % 3 === Number(norm))
    const cases = [...windows, ...cornerCases()]
    it.each(cases.map((one) => [one.title, one] as const))('%s', (_, one) => conforms(activated(one, norm)))
    it('while the heap grows', () =>
      conformWhileGrowing(cases.filter((_, i) => i % 41 === 0).map((one) => activated(one, norm))))
  })
}

function activated({ title, window, shape }: WindowCase, norm: boolean): Conformance<string, string> {
  const channels = shape[3]
  const filter = draw(`filter ${title}`, [...window.kernel, channels, 1])
  const mean = draw(`mean ${title}`, [channels])
  const factor = {
    values: draw(`factor ${title}`, [channels]).values.map((f) => Math.fround(Math.abs(f) + 0.1)),
    shape: [channels],
  }
  // Where ReLU is at its bend, the gradient is 0.
  const bend = (i: number) => (norm ? mean.values[i % channels]! : 0)
  const draws = draw(`x ${title}`, shape, { mean: 0.2 }).values
  const x = { values: draws.map((value, i) => (i % 5 === 0 ? bend(i) : value)), shape }
  const inside = norm ? normalised(x, mean, factor) : x
  const open = { values: inside.values.map((value) => Math.max(0, value)), shape }
  const y = reference.depthwise(open, filter, window)
  const dy = draw(`dy ${title}`, y.shape)
  const { dx, dFilter } = reference.depthwiseGradients(open, filter, dy, window)
  const { kernel, stride, dilation, pad } = window
  const attrs = { strides: stride, dilations: dilation, pad: tfPadding(pad) }
  return {
    inputs: { x, filter, dy, ...(norm && { mean, factor }) },
    want: { y, dFilter, dx: { values: dx.values.map((d, i) => (inside.values[i]! > 0 ? d : 0)), shape } },
    run({ x, filter, dy, mean, factor }) {
      const moments = mean && factor && { mean, factor }
      return {
        y: runKernel(ActivatedDepthwise, { x: x!, filter: filter!, ...moments }, attrs),
        dFilter: runKernel(
          ActivatedDepthwiseFilter,
          { x: x!, dy: dy!, ...moments },
          { ...attrs, filterShape: [...kernel, channels, 1] },
        ),
        dx: runKernel(
          ActivatedDepthwiseInput,
          { x: x!, dy: dy!, filter: filter!, ...(mean && { mean }) },
          attrs,
        ),
      }
    },
  }
}

const normalised = ({ values, shape }: Operand, mean: Operand, factor: Operand): Operand => ({
  values: values.map((value, i) => {
    const channel = i % mean.values.length
    return (value - mean.values[channel]!) * factor.values[channel]!
  }),
  shape,
})
