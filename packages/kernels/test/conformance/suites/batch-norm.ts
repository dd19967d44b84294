import * as tf from '@tensorflow/tfjs-core'
import { describe, it } from 'vitest'
import { BatchNormGradient, BatchStatistics, Normalise } from '../../../src/kernels/batch-norm.js'
import { batchNorm } from '../reference/batch-norm.js'
import { draw } from '../reference/operand.js'
import { conforms, runKernel, type Conformance } from '../support/conforms.js'
import { conformWhileGrowing } from '../support/heap.js'
import { channelCounts } from '../support/windows.js'
import { hasOurs, share, type Subject } from '../support/subject.js'

/** Batch norm by the batch's own statistics: statistics, forward and all gradients, in one kernel each and composed. */
export function batchNormSuite(subject: Subject): void {
  const sample = share(subject, cases)
  describe.runIf(hasOurs(subject))('batch norm, our kernels', () => {
    it.each(sample.map((one) => [one.title, one] as const))('%s', (_, one) => conforms(normalised(one)))
    it('while the heap grows', () =>
      conformWhileGrowing(sample.filter((_, i) => i % 9 === 0).map(normalised)))
  })
  describe('batch norm of tf.moments and tf.batchNorm', () => {
    // TensorFlow.js has no gradient without scale and offset, and means of a thousand deviations are not its strength.
    const composable = sample.filter(({ mean, affine }) => mean < 1 && affine === 'scale and offset')
    it.each(composable.map((one) => [one.title, one] as const))('%s', (_, one) => conforms(composed(one)))
  })
}

export interface NormCase {
  readonly title: string
  readonly shape: readonly number[]
  readonly mean: number
  readonly affine: 'neither' | 'scale' | 'offset' | 'scale and offset'
}

const shapes = [
  ...channelCounts.map((channels) => [3, 7, 5, channels]),
  [1, 1, 9, 6],
  [5, 4],
  [7, 3],
  [3, 19, 5],
  // More rows than the kernels sum in float32 before they go on in float64, and no multiple of it.
  [9001, 1],
  [1031, 8],
  [3, 33, 31, 5],
]

export const cases: readonly NormCase[] = shapes.flatMap((shape) =>
  [0.3, 1000].flatMap((mean) =>
    (['neither', 'scale', 'offset', 'scale and offset'] as const).map((affine) => {
      const title = `[${shape.join(', ')}], mean ${mean} deviations, ${affine} trained`
      return { title, shape, mean, affine }
    }),
  ),
)

const epsilon = 1e-5

/**
 * x, and dy = noise + 0.3 + (x − mean) / 2. The mean is kept in float32, off by up to half a unit in the last
 * place: δ = 3.1e-5 where it is 512 to 1024. With deviation 1 that moves y by δ and dScale by δ · Σ dy, both
 * below 1e-4 of their norm, so means of a thousand deviations need no tolerance of their own. But the sum
 * dScale = Σ dy · x̂ must not cancel, and so dy goes with x.
 */
function operands({ title, shape, mean }: NormCase) {
  const x = draw(`x ${title}`, shape, { mean })
  const noise = draw(`dy ${title}`, shape, { mean: 0.3 })
  const dy = { shape, values: noise.values.map((d, i) => Math.fround(d + (x.values[i]! - mean) / 2)) }
  return { x, dy }
}

/** All that batch norm computes. */
export function normalised(one: NormCase): Conformance<string, string> {
  const { title, shape, affine } = one
  const { x, dy } = operands(one)
  const channels = [shape.at(-1)!]
  const given = {
    ...(affine.includes('scale') && { scale: draw(`scale ${title}`, channels, { mean: 1, deviation: 0.3 }) }),
    ...(affine.includes('offset') && { offset: draw(`offset ${title}`, channels) }),
  }
  return {
    inputs: { x, dy, ...given },
    want: batchNorm(x, dy, epsilon, given),
    run({ x, dy, scale, offset }) {
      const [mean, variance] = runKernel<[tf.Tensor, tf.Tensor]>(BatchStatistics, { x: x! })
      const forward = { x: x!, mean, variance, ...(scale && { scale }), ...(offset && { offset }) }
      const y = runKernel(Normalise, forward, { epsilon })
      const backward = { x: x!, dy: dy!, mean, variance, ...(scale && { scale }) }
      const [dx, dScale, dOffset] = runKernel<tf.Tensor[]>(BatchNormGradient, backward, { epsilon })
      return { mean, variance, y, dx: dx!, dScale: dScale!, dOffset: dOffset! }
    },
  }
}

/** The same of TensorFlow.js's operations, with their gradients through mean and variance. */
function composed(
  one: NormCase,
): Conformance<'x' | 'dy' | 'scale' | 'offset', 'y' | 'dx' | 'dScale' | 'dOffset'> {
  const { title, shape } = one
  const { x, dy } = operands(one)
  const scale = draw(`scale ${title}`, [shape.at(-1)!], { mean: 1, deviation: 0.3 })
  const offset = draw(`offset ${title}`, [shape.at(-1)!])
  const { y, dx, dScale, dOffset } = batchNorm(x, dy, epsilon, { scale, offset })
  const axes = shape.slice(1).map((_, axis) => axis)
  return {
    inputs: { x, dy, scale, offset },
    want: { y, dx, dScale, dOffset },
    run({ x, dy, scale, offset }) {
      const { value, grads } = tf.valueAndGrads((...[input, gamma, beta]: tf.Tensor[]) => {
        const { mean, variance } = tf.moments(input!, axes)
        return tf.batchNorm(input!, mean, variance, beta, gamma, epsilon)
      })([x, scale, offset], dy)
      return { y: value, dx: grads[0]!, dScale: grads[1]!, dOffset: grads[2]! }
    },
  }
}
