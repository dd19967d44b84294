import * as tf from '@tensorflow/tfjs-core'
import { describe, it } from 'vitest'
import { draw } from '../reference/operand.js'
import { matMul } from '../reference/mat-mul.js'
import { conforms, type Conformance } from '../support/conforms.js'
import { conformWhileGrowing } from '../support/heap.js'
import { hasOurs, itEach, share, type Subject } from '../support/subject.js'

/** `tf.matMul` with every transposition: the product and both gradients. */
export function matMulSuite(subject: Subject): void {
  describe('matMul', () => {
    const sample = share(subject, cases)
    const refusal = ({ k }: (typeof cases)[number]) =>
      k === 0 && subject.backend === 'webgpu'
        ? 'TensorFlow.js does not write products over nothing'
        : undefined
    itEach(subject, sample, refusal, (one) => conforms(product(one)))
    it.runIf(hasOurs(subject))('while the heap grows', () =>
      conformWhileGrowing(sample.filter((_, i) => i % 31 === 0).map(product)),
    )
    it('reads one buffer in two shapes', () => conforms(twoShapes()))
  })
}

/** [M, K, N], all sizes that meet a kernel's blocks of four and eight, and more than the 512 it takes at a time. */
const sizes = [
  ...[1, 3, 4, 5, 8, 13, 16, 17].flatMap((m, i, all) => [
    [m, all[(i + 3) % 8]!, all[(i + 6) % 8]!],
    [m, all[(3 * i) % 8]!, m],
    [all[(5 * i + 1) % 8]!, m, m],
  ]),
  [3, 0, 2],
  [5, 512, 3],
  [4, 513, 8],
  [513, 3, 5],
  [3, 5, 521],
  [7, 1030, 9],
]

export const cases = sizes.flatMap(([m, k, n]) =>
  [[], [3], [2, 3]].flatMap((outer) =>
    [false, true].flatMap((transposeA) =>
      [false, true].map((transposeB) => {
        const a = transposeA ? [k!, m!] : [m!, k!]
        const b = transposeB ? [n!, k!] : [k!, n!]
        const mark = (transposed: boolean) => (transposed ? 'ᵀ' : '')
        const title = `[${[...outer, ...a].join(', ')}]${mark(transposeA)} · [${[...outer, ...b].join(', ')}]${mark(transposeB)}`
        return {
          title,
          k,
          a: [...outer, ...a],
          b: [...outer, ...b],
          y: [...outer, m!, n!],
          transposeA,
          transposeB,
        }
      }),
    ),
  ),
)

export function product(one: (typeof cases)[number]): Conformance<'a' | 'b' | 'dy', 'y' | 'da' | 'db'> {
  const [a, b, dy] = [
    draw(`a ${one.title}`, one.a),
    draw(`b ${one.title}`, one.b),
    draw(`dy ${one.title}`, one.y),
  ]
  return {
    inputs: { a, b, dy },
    want: matMul(a, b, dy, one),
    run({ a, b, dy }) {
      const { value, grads } = tf.valueAndGrads((...[left, right]: tf.Tensor[]) =>
        tf.matMul(left!, right!, one.transposeA, one.transposeB),
      )([a, b], dy)
      return { y: value, da: grads[0]!, db: grads[1]! }
    },
  }
}

/** TensorFlow.js 4.22's own wasm kernel keeps prepared operands by data id, whatever their shape. */
function twoShapes(): Conformance<'a' | 'b', 'tall' | 'wide'> {
  const [a, b] = [draw('a', [4, 4]), draw('b', [8, 2])]
  const as = (shape: [number, number]) => ({ values: b.values, shape })
  const plain = { transposeA: false, transposeB: false }
  const times = (left: typeof a, right: typeof b, n: number) =>
    matMul(left, right, { values: new Float64Array(left.shape[0]! * n), shape: [left.shape[0]!, n] }, plain).y
  return {
    inputs: { a, b },
    want: { wide: times(a, as([4, 4]), 4), tall: times({ values: a.values, shape: [2, 8] }, b, 2) },
    run: ({ a, b }) => ({
      wide: tf.tidy(() => tf.matMul(a, tf.reshape(b, [4, 4]))),
      tall: tf.tidy(() => tf.matMul(tf.reshape(a, [2, 8]), b)),
    }),
  }
}
