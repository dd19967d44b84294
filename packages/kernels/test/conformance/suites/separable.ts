import * as tf from '@tensorflow/tfjs-core'
import { describe, it } from 'vitest'
import { Separable, SeparableGradient } from '../../../src/kernels/separable.js'
import { applySlope } from '../support/sentei.js'
import { batchNorm, beforeNorm, normalised } from '../reference/batch-norm.js'
import * as reference from '../reference/conv.js'
import { throughSlope } from '../reference/norm-slope.js'
import { draw, plus, type Operand } from '../reference/operand.js'
import type { Window } from '../reference/window.js'
import { conforms, runAdding, runKernel, type Conformance } from '../support/conforms.js'
import { conformWhileGrowing } from '../support/heap.js'
import { hasOurs, share, type Subject } from '../support/subject.js'
import {
  channelCounts,
  cornerCases,
  seriesTapCases,
  tfPadding,
  windowCases,
  type WindowCase,
} from '../support/windows.js'

/** Batch norm in front: none, one whose gradient is taken in, one whose gradient is left to another. */
const fronts = ['none', 'taken', 'left'] as const
type Front = (typeof fronts)[number]

/**
 * ReLU → depthwise → pointwise with its output's statistics, and all gradients, with batch norms around it.
 */
export function separableSuite(subject: Subject): void {
  const kinds = fronts.flatMap((front) => [false, true].map((behind) => ({ front, behind })))
  const windows = share(subject, windowCases())
  describe.runIf(hasOurs(subject)).each(kinds)(
    'separable, norm in front: $front, behind: $behind',
    (kind) => {
      const cases = [
        ...windows.filter((_, i) => i % 6 === kinds.indexOf(kind)),
        ...cornerCases(),
        ...seriesTapCases(),
      ]
      it.each(cases.map((one) => [one.title, one] as const))('%s', (_, one) => conforms(separable(one, kind)))
      it('while the heap grows', () =>
        conformWhileGrowing(cases.filter((_, i) => i % 41 === 0).map((one) => separable(one, kind))))
    },
  )
}

const epsilon = 1e-3
const point: Window = { kernel: [1, 1], stride: [1, 1], dilation: [1, 1], pad: 'same' }

export function separable(
  { title, window, shape }: WindowCase,
  { front, behind }: { front: Front; behind: boolean },
): Conformance<string, string> {
  const channels = shape[3]
  const outputs = channelCounts[(channels * 7 + shape[1]) % channelCounts.length]!
  const depthwise = draw(`depthwise ${title}`, [...window.kernel, channels, 1])
  const pointwise = draw(`pointwise ${title}`, [1, 1, channels, outputs])
  const x = draw(`x ${title}`, shape, { mean: 0.2 })
  const norm = {
    mean: draw(`mean ${title}`, [channels]),
    variance: positive(draw(`variance ${title}`, [channels])),
  }
  const hat = front === 'none' ? x : normalised(x, norm, epsilon)
  const open = map(hat, (value) => Math.max(0, value))
  const inner = reference.depthwise(open, depthwise, window)
  const y = rounded(reference.conv2d(inner, pointwise, point))
  const dy = draw(`dy ${title}`, y.shape)
  const { mean, variance } = batchNorm(y, dy, epsilon)
  const sum = draw(`sum ${title}`, shape)
  // Not those of a batch norm, whose gradients vanish where there is one channel: what the kernel does is the
  // same.
  const outer = {
    outMean: draw(`out mean ${title}`, [outputs]),
    outSlope: draw(`slope ${title}`, [3, outputs]),
  }
  const closed = behind ? throughSlope(y, dy, outer.outMean, outer.outSlope) : dy
  const { dx: dInner, dFilter: dPointwise } = reference.conv2dGradients(inner, pointwise, closed, point)
  const { dx, dFilter: dDepthwise } = reference.depthwiseGradients(open, depthwise, dInner, window)
  const d = map(dx, (value, i) => (hat.values[i]! > 0 ? value : 0))
  return {
    inputs: { x, depthwise, pointwise, dy, y, ...(front !== 'none' && norm), ...(behind && outer) },
    want: {
      out: y,
      mean,
      variance,
      dx: front === 'none' ? d : beforeNorm(d, hat, norm.variance, epsilon),
      dDepthwise,
      dPointwise,
      lone: front === 'none' ? d : beforeNorm(d, hat, norm.variance, epsilon),
      ...(front === 'none' && { added: plus(d, sum), addedDepthwise: dDepthwise }),
    },
    run({ y, dy, outMean, outSlope, ...forward }) {
      const attrs = {
        strides: window.stride,
        dilations: window.dilation,
        pad: tfPadding(window.pad),
        epsilon,
      }
      const [out, mean, variance] = runKernel<tf.Tensor[]>(Separable, forward, attrs)
      const around = { ...forward, dy: dy!, ...(outMean && outSlope && { y: y!, outMean, outSlope }) }
      const gradients = (filters: boolean) => {
        const wanted = { input: true, filters, left: front === 'left' }
        const found = runKernel<tf.Tensor[]>(SeparableGradient, around, { ...attrs, ...wanted })
        return front === 'left' ? [applied(forward, found.shift()!, found.shift()!), ...found] : found
      }
      const [dx, dDepthwise, dPointwise] = gradients(true)
      const [lone] = gradients(false)
      const all = { out, mean, variance, dx, dDepthwise, dPointwise, lone } as Record<string, tf.Tensor>
      if (front !== 'none') return all
      const wanted = { ...attrs, input: true, filters: true, left: false }
      const [added, addedDepthwise, other] = runAdding(sum, SeparableGradient, around, wanted)
      other!.dispose()
      return { ...all, added: added!, addedDepthwise: addedDepthwise! }
    },
  }
}

/** What the node before the batch norm makes of the gradient behind it and the slope. */
function applied({ x, mean }: Record<string, tf.Tensor>, d: tf.Tensor, slope: tf.Tensor): tf.Tensor {
  const dx = tf.tidy(() => applySlope(x!, d, { mean: mean as tf.Tensor1D, slope: slope as tf.Tensor2D }))
  tf.dispose([d, slope])
  return dx
}

const map = ({ values, shape }: Operand, f: (value: number, i: number) => number): Operand => ({
  values: values.map(f),
  shape,
})
const rounded = (operand: Operand): Operand => map(operand, Math.fround)
const positive = (operand: Operand): Operand => map(operand, (value) => Math.fround(Math.abs(value) + 0.1))
