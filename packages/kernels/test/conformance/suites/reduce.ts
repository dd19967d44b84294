import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { Spread } from '../../../src/kernels/reduce.js'
import { draw, sizeOf } from '../reference/operand.js'
import * as reference from '../reference/reduce.js'
import { conforms, runKernel, type Conformance } from '../support/conforms.js'
import { conformWhileGrowing } from '../support/heap.js'
import { hasOurs, share, type Subject } from '../support/subject.js'

/** `tf.sum` and `tf.mean` over every set of axes, and their gradients. */
export function reduceSuite(subject: Subject): void {
  describe.each(['sum', 'mean'] as const)('%s', (name) => {
    const sample = share(subject, cases).filter((one) => name === 'sum' || !isOfNothing(one))
    it.each(sample.map((one) => [one.title, one] as const))('%s', (_, one) => conforms(reduced(name, one)))
    it.runIf(hasOurs(subject))('while the heap grows', () =>
      conformWhileGrowing(sample.filter((_, i) => i % 13 === 0).map((one) => reduced(name, one))),
    )
  })
  it.runIf(hasOurs(subject))('the mean of nothing is NaN', () => {
    const y = tf.tidy(() => tf.mean(tf.zeros([0, 3]), 0))
    expect([...y.dataSync()]).toEqual([NaN, NaN, NaN])
    y.dispose()
  })
  it.runIf(hasOurs(subject))('spreads a gradient over any sizes', async () => {
    for (const sizes of [
      [1, 1, 1],
      [3, 7, 1],
      [1, 5, 3],
      [2, 9, 5],
      [3, 1, 8],
      [2, 35, 17],
    ])
      // prettier-ignore
      await conforms(spread(sizes as [number, number, number]))
  })
}

const shapes = [
  [7],
  [1],
  [10007],
  [5, 4],
  [4099, 3],
  [3, 1031],
  [3, 5, 8],
  [2, 1, 13],
  [3, 7, 5, 4],
  [1, 9, 1, 17],
  [2, 33, 31, 5],
  [],
  [0],
  [0, 3],
  [3, 0],
  [2, 0, 4],
]

/** Every subset of the axes 0 … rank − 1; the empty one too. */
const subsets = (rank: number): number[][] =>
  Array.from({ length: 2 ** rank }, (_, bits) =>
    Array.from({ length: rank }, (_, i) => i).filter((i) => (bits >> i) & 1),
  )

/** Is each result made of no numbers at all? The sum is 0 then, and the mean NaN. */
const isOfNothing = ({ shape, axes }: { shape: readonly number[]; axes: readonly number[] }): boolean =>
  axes.some((axis) => shape[axis] === 0)

export const cases = shapes.flatMap((shape) =>
  subsets(shape.length).flatMap((axes) =>
    [false, true].map((keepDims) => {
      const title = `[${shape.join(', ')}] over [${axes.join(', ')}]${keepDims ? ', kept' : ''}`
      return { title, shape, axes, keepDims }
    }),
  ),
)

export function reduced(
  name: 'sum' | 'mean',
  { title, shape, axes, keepDims }: (typeof cases)[number],
): Conformance<'x' | 'dy', 'y' | 'dx'> {
  // With a mean, so that the norm of a sum of thousands is not that of its rounding.
  const x = draw(`x ${title}`, shape, { mean: 0.5 })
  const dy = draw(`dy ${title}`, reference.reducedShape(shape, axes, keepDims))
  const scale = name === 'sum' ? 1 : 1 / sizeOf(axes.map((axis) => shape[axis]!))
  return {
    inputs: { x, dy },
    want: reference.sum(x, dy, axes, scale),
    run({ x, dy }) {
      const { value, grad } = tf.valueAndGrad((input: tf.Tensor) => tf[name](input, axes, keepDims))(x, dy)
      return { y: value, dx: grad }
    },
  }
}

function spread(sizes: readonly [number, number, number]): Conformance<'dy', 'dx'> {
  const [outer, , inner] = sizes
  const dy = draw(`spread ${sizes.join()}`, [outer, inner])
  const { dx } = reference.sum(draw('unused', sizes), dy, [1], 0.25)
  return {
    inputs: { dy },
    want: { dx },
    run: ({ dy }) => ({ dx: runKernel(Spread, { dy }, { shape: sizes, sizes, scale: 0.25 }) }),
  }
}
