import * as tf from '@tensorflow/tfjs-core'
import { describe, it } from 'vitest'
import { SplitFeatures } from '../../../src/backend/wasm/kernels/concat.js'
import { draw, zeros, type Operand } from '../reference/operand.js'
import { conforms, runKernel } from '../support/conforms.js'
import { hasOurs, type Subject } from '../support/subject.js'

/** `tf.concat` on the last axis, and its inverse. */
export function concatSuite(subject: Subject): void {
  const cases = [[3, 7, 5], [4], [1, 1]].flatMap((outer) =>
    [[1], [4, 8], [16, 16, 16], [3, 1, 5], [13, 4, 17, 1], [8, 8, 3]].map((widths) => ({ outer, widths })),
  )
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

function joined(parts: readonly Operand[]): Operand {
  const widths = parts.map(({ shape }) => shape.at(-1)!)
  const width = widths.reduce((a, b) => a + b, 0)
  const whole = zeros([...parts[0]!.shape.slice(0, -1), width])
  let before = 0
  for (const [i, { values }] of parts.entries()) {
    const own = widths[i]!
    values.forEach((value, at) => (whole.values[Math.floor(at / own) * width + before + (at % own)] = value))
    before += own
  }
  return whole
}
