import * as tf from '@tensorflow/tfjs-core'
import { describe, it } from 'vitest'
import { Mix, MixGradient } from '../../../src/kernels/mix.js'
import { applySlope } from '../support/sentei.js'
import { batchNorm } from '../reference/batch-norm.js'
import { gateGradients, scale, weightedSum } from '../reference/elementwise.js'
import { draw, plus, type Operand } from '../reference/operand.js'
import { conforms, runKernel, upload, type Conformance } from '../support/conforms.js'
import { conformWhileGrowing } from '../support/heap.js'
import { hasOurs, type Subject } from '../support/subject.js'
import { channelCounts } from '../support/windows.js'

/** The gated sum of members of which some are batch-normalised on the way: forward, gradients of members and gates. */
export function mixSuite(subject: Subject): void {
  describe.runIf(hasOurs(subject))('mix', () => {
    const cases = shapes.flatMap((shape) =>
      ['b', 'x', 'l', 'xb', 'bxl', 'bbb', 'xblbbxxl'].map((members) => ({ shape, members })),
    )
    it.each(cases)('of $members (b: with batch norm, l: one whose gradient is left) on $shape', (one) =>
      conforms(mixed(one)),
    )
    it('while the heap grows', () => conformWhileGrowing(cases.filter((_, i) => i % 7 === 0).map(mixed)))
  })
}

const shapes = [...channelCounts.map((channels) => [3, 7, 5, channels]), [9001, 1], [1031, 8], [3, 33, 31, 5]]

const epsilon = 1e-5

export function mixed({
  shape,
  members,
}: {
  shape: readonly number[]
  members: string
}): Conformance<string, string> {
  const title = `${members} [${shape.join()}]`
  const xs = [...members].map((_, m) => draw(`x${m} ${title}`, shape, { mean: 0.3 }))
  const gates = draw(`gates ${title}`, [members.length], { mean: 0.5 })
  const dy = draw(`dy ${title}`, shape, { mean: 0.3 })
  const norms = xs.map((x, m) => {
    const upstream = scale(dy, gates.values[m]!)
    return members[m] !== 'x' ? batchNorm(x, upstream, epsilon) : undefined
  })
  const dxs = xs.map((_, m) => norms[m]?.dx ?? scale(dy, gates.values[m]!))
  const summed = xs.map((_, m) => m).filter((m) => members[m] !== 'l')
  const sums = Object.fromEntries(summed.map((m) => [`sum${m}`, draw(`sum${m} ${title}`, shape)]))
  const hats = xs.map((x, m) => norms[m]?.y ?? x)
  const entries = (name: string, list: readonly (Operand | undefined)[]) =>
    list.flatMap((one, m): [string, Operand][] => (one ? [[`${name}${m}`, rounded(one)]] : []))
  return {
    inputs: {
      ...Object.fromEntries([
        ...entries('x', xs),
        ...entries('mean', norms.map((norm) => norm?.mean)), // prettier-ignore
        ...entries('variance', norms.map((norm) => norm?.variance)), // prettier-ignore
      ]),
      gates,
      dy,
    },
    want: {
      y: weightedSum(hats, gates),
      dGates: gateGradients(hats, dy),
      ...Object.fromEntries(dxs.map((dx, m) => [`dx${m}`, dx])),
      ...Object.fromEntries(
        Object.entries(sums).map(([name, sum], i) => [name, plus(dxs[summed[i]!]!, sum)]),
      ),
    },
    run({ dy, ...forward }) {
      const attrs = { members: members.length, left: [...members].map((kind) => kind === 'l'), epsilon }
      const gradients = runKernel<tf.Tensor[]>(MixGradient, { ...forward, dy: dy! }, attrs)
      const dxs = xs.map((_, m): [string, tf.Tensor] => {
        if (!attrs.left[m]) return [`dx${m}`, gradients[m]!]
        const slope = gradients[m] as tf.Tensor2D
        const mean = forward[`mean${m}`] as tf.Tensor1D
        const dx = tf.tidy(() => applySlope(forward[`x${m}`]!, dy!, { mean, slope }))
        slope.dispose()
        return [`dx${m}`, dx]
      })
      return {
        y: runKernel(Mix, forward, attrs),
        dGates: gradients[members.length]!,
        ...Object.fromEntries(dxs),
        ...added(sums, { ...forward, dy: dy! }, attrs),
      }
    },
  }
}

/** Sums to which the gradients of their members are added. */
function added(
  sums: Readonly<Record<string, Operand>>,
  inputs: Record<string, tf.Tensor>,
  attrs: object,
): Record<string, tf.Tensor> {
  const totals = Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, upload(sum)]))
  tf.dispose(runKernel<tf.Tensor[]>(MixGradient, { ...inputs, ...totals }, attrs))
  return totals
}

/** As a tensor will hold it. */
const rounded = ({ values, shape }: Operand): Operand => ({ values: values.map(Math.fround), shape })
