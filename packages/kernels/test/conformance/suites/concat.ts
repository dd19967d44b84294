import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { SplitFeatures } from '../../../src/kernels/concat.js'
import { draw, zeros, type Operand } from '../reference/operand.js'
import { conforms, runKernel } from '../support/conforms.js'
import { hasOurs, type Subject } from '../support/subject.js'

/** `tf.concat` on the last axis, and its inverse. */
export function concatSuite(subject: Subject): void {
  const cases = [[3, 7, 5], [4], [1, 1]].flatMap((outer) =>
    [[1], [4, 8], [16, 16, 16], [3, 1, 5], [13, 4, 17, 1], [8, 8, 3]].map((widths) => ({ outer, widths })),
  )
  describe('vectors', () => vectors(subject))
  describe.each(cases)('concat of $widths on $outer', ({ outer, widths }) => {
    const parts = widths.map((width, i) => draw(`part ${i} of ${widths.join()}`, [...outer, width]))
    const whole = joined(parts)
    const named = <T>(list: readonly T[]) =>
      Object.fromEntries(list.map((one, i): [string, T] => [`x${i}`, one]))
    it.each([-1, outer.length])('joins on axis %d', (axis) =>
      conforms<string, string>({
        inputs: named(parts),
        want: { whole },
        run: (tensors) => ({ whole: tf.concat(Object.values(tensors), axis) }),
      }),
    )
    it.runIf(hasOurs(subject))('splits', () =>
      conforms<string, string>({
        inputs: { x: whole },
        want: named(parts),
        run: (tensors) => named(runKernel<tf.Tensor[]>(SplitFeatures, tensors, { widths })),
      }),
    )
  })
}

/** Vectors of any lengths, 0 among them, joined and taken apart again. */
function vectors(subject: Subject): void {
  const lengths = [[0], [0, 0], [0, 5], [5, 0], [1, 0, 1], [3, 4, 0, 9], [16, 2049, 1]]
  it.each(lengths.map((list) => [list] as const))('joins %j', (list) => {
    const parts = list.map((length, i) => draw(`part ${i} of ${list.join()}`, [length]))
    const named = Object.fromEntries(parts.map((part, i): [string, Operand] => [`x${i}`, part]))
    return conforms<string, string>({
      inputs: named,
      want: { whole: joined(parts) },
      run: (tensors) => ({ whole: tf.concat(Object.values(tensors)) }),
    })
  })
  const parts: [number | number[], (number | number[])?][] = [
    [0, 17],
    [0, 0],
    [17, 0],
    [17],
    [3],
    [[3]],
    [3, -1],
    [[3], [-1]],
    [[4], [8]],
    [1, 1],
    [16, 1],
    [5, 4],
  ]
  it.each(parts)('a part from %j of %j', (begin, size) => {
    const x = draw('whole', [17])
    const first = [begin].flat()[0]!
    const wanted = [size ?? -1].flat()[0]!
    const end = wanted < 0 ? 17 : first + wanted
    const y = { values: x.values.slice(first, end), shape: [end - first] }
    const dy = draw('dy', y.shape)
    const dx = zeros(x.shape)
    dx.values.set(dy.values, first)
    return conforms<'x' | 'dy', string>({
      inputs: { x, dy },
      want: { y, dx },
      run({ x, dy }) {
        const { value, grad } = tf.valueAndGrad((input: tf.Tensor) => tf.slice(input, begin, size))(x, dy)
        return { y: value, dx: grad }
      },
      tolerance: 0,
    })
  })
  it.runIf(hasOurs(subject)).each([
    [3, 15],
    [18, 0],
    [[3], [15]],
    [[1, 2], [1]], // prettier-ignore
    [2, -2],
  ] as [number | number[], number | number[]][])('there is no part from %j of %j', (begin, size) => {
    const x = tf.ones([17])
    expect(() => tf.slice(x, begin, size)).toThrow()
    x.dispose()
  })
}

function joined(parts: readonly Operand[]): Operand {
  const widths = parts.map(({ shape }) => shape.at(-1)!)
  const width = widths.reduce((a, b) => a + b, 0)
  const whole = zeros([...parts[0]!.shape.slice(0, -1), width])
  let before = 0
  for (const [i, { values }] of parts.entries()) {
    const columns = widths[i]!
    const place = (at: number) => Math.floor(at / columns) * width + before + (at % columns)
    values.forEach((value, at) => (whole.values[place(at)] = value))
    before += columns
  }
  return whole
}
