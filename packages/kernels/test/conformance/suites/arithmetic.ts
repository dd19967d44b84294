import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { broadcast, combine, functions, pairs, transform } from '../reference/arithmetic.js'
import { draw, sizeOf, type Operand } from '../reference/operand.js'
import { conforms, upload, type Conformance } from '../support/conforms.js'
import { conformWhileGrowing } from '../support/heap.js'
import { hasOurs, share, type Subject } from '../support/subject.js'

type PairName = keyof typeof pairs
type Shape = readonly number[]
const pairNames = Object.keys(pairs) as PairName[]
const functionNames = ['relu', 'relu6', 'neg', 'square', 'abs', 'exp', 'sigmoid', 'elu'] as const
type FunctionName = (typeof functionNames)[number]

/** Sums, products and functions of each number, as any program asks for them. */
export function arithmeticSuite(subject: Subject): void {
  describe.each(pairNames)('%s', (name) => {
    const sample = share(subject, shapePairs).map(([a, b]) => [text(a), text(b), a, b] as const)
    it.each(sample)('of %s and %s', (_, __, a, b) => conforms(combined(name, a, b)))
    it('of a tensor and itself', () => conforms(withItself(name)))
  })
  describe.each(functionNames)('%s', (name) => {
    it.each(shapes.map((shape) => [text(shape), shape] as const))('of %s', (_, shape) =>
      conforms(transformed(name, shape)),
    )
  })
  it.runIf(hasOurs(subject))('arithmetic while the heap grows', () =>
    conformWhileGrowing([
      ...pairNames.map((name) => combined(name, [700, 9], [9])),
      ...functionNames.map((name) => transformed(name, [5000])),
    ]),
  )
  describe.runIf(hasOurs(subject))('numbers at the edges of float32', edges)
  describe.runIf(hasOurs(subject))('other kinds of numbers', otherKinds)
}

const text = (shape: Shape) => `[${shape.join(', ')}]`

/** Around the blocks of four. */
const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 17, 2049]
const shapes: Shape[] = [[], ...sizes.map((size) => [size]), [3, 0, 2], [2, 3, 1, 4, 5]]

/** Every way in which each axis is of both operands, or of one of them alone. */
function everyBroadcast(out: Shape): (readonly [Shape, Shape])[] {
  return Array.from({ length: 3 ** out.length }, (_, code) => {
    const kinds = out.map((_, axis) => Math.floor(code / 3 ** axis) % 3)
    const without = (own: number) => out.map((size, axis) => (kinds[axis] === own ? 1 : size))
    return [without(1), without(2)]
  })
}

/** The same shape without the axes of one that it begins with. */
const bare = (shape: Shape): Shape => shape.slice(Math.max(0, shape.findIndex((size) => size !== 1))) // prettier-ignore

const shapePairs: (readonly [Shape, Shape])[] = [
  ...[[], [5], [3, 4], [2, 3, 5], [3, 1, 4], [2, 3, 2, 5]].flatMap(everyBroadcast),
  // Of five axes every seventh way: what falls to TensorFlow.js’s own kernels is slow.
  ...everyBroadcast([2, 3, 2, 2, 3]).filter((_, i) => i % 7 === 0),
  ...everyBroadcast([3, 2, 5]).map(([a, b]) => [bare(a), b] as const),
  ...everyBroadcast([1, 4, 3]).map(([a, b]) => [a, bare(b)] as const),
  ...sizes.flatMap((size): (readonly [Shape, Shape])[] => [
    [[size], [size]],
    [[size], []],
    [[1, 1], [size]],
    [[3, size], [size]],
    [
      [size, 3],
      [size, 1],
    ],
    [
      [size, 1],
      [1, 3],
    ],
  ]),
  [[0, 3], [0, 1]], // prettier-ignore
  [[2, 0, 3], [2, 1, 3]], // prettier-ignore
]

/** Away from 0, by which one must not divide, and without equal numbers, of which either is the larger. */
const awayFromZero = (name: string, shape: Shape): Operand => {
  const { values } = draw(name, shape)
  return { values: values.map((value) => Math.fround(value + Math.sign(value) * 0.5)), shape }
}

export function combined(name: PairName, first: Shape, second: Shape): Conformance<'a' | 'b' | 'dy', string> {
  const title = `${name} ${text(first)} ${text(second)}`
  const [a, b] = [awayFromZero(`a ${title}`, first), awayFromZero(`b ${title}`, second)]
  const dy = draw(`dy ${title}`, broadcast(first, second))
  // TensorFlow.js has no gradient of nothing, and none of a minimum or maximum that is broadcast.
  const differs = text(first) !== text(second)
  const sloped = sizeOf(dy.shape) > 0 && !(differs && name.endsWith('imum'))
  const { y, ...gradients } = combine(pairs[name], a, b, dy)
  return {
    inputs: { a, b, dy },
    want: { y, ...(sloped && gradients) },
    run({ a, b, dy }): Record<string, tf.Tensor> {
      if (!sloped) return { y: tf[name](a, b) }
      const { value, grads } = tf.valueAndGrads((p: tf.Tensor, q: tf.Tensor) => tf[name](p, q))([a, b], dy)
      return { y: value, da: grads[0]!, db: grads[1]! }
    },
    tolerance: 1e-5,
  }
}

function withItself(name: PairName): Conformance<'a', 'y'> {
  const a = awayFromZero(`itself ${name}`, [13])
  return {
    inputs: { a },
    want: { y: { values: a.values.map((value) => pairs[name].of(value, value)), shape: a.shape } },
    run: ({ a }) => ({ y: tf[name](a, a) }),
    tolerance: 1e-6,
  }
}

export function transformed(name: FunctionName, shape: Shape): Conformance<'x' | 'dy', 'y' | 'dx'> {
  const title = `${name} ${text(shape)}`
  const x = draw(`x ${title}`, shape, { deviation: 4 })
  const dy = draw(`dy ${title}`, shape)
  return {
    inputs: { x, dy },
    want: transform(name, x, dy),
    run({ x, dy }) {
      const { value, grad } = tf.valueAndGrad((input: tf.Tensor) => tf[name](input))(x, dy)
      return { y: value, dx: grad }
    },
    tolerance: 1e-5,
  }
}

/** The numbers of what some work makes of some others. */
async function numbersOf(work: (x: tf.Tensor1D) => tf.Tensor, ...given: number[]): Promise<number[]> {
  const x = upload({ values: Float64Array.from(given), shape: [given.length] })
  const y = tf.tidy(() => work(x as tf.Tensor1D))
  const numbers = [...(await y.data())]
  tf.dispose([x, y])
  return numbers
}

const special = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 3e38, -3e38, 1e-40].map(Math.fround)

/** The distance of a number and the next one that float32 has. */
const unit = (x: number): number => 2 ** Math.max(-149, Math.floor(Math.log2(Math.abs(x))) - 23)

function edges(): void {
  it('a step is alpha up to 0, and NaN stays', async () => {
    const y = tf.tidy(() => tf.step(tf.tensor1d([NaN, -1, -0, 0, 1e-40, 2]), -1))
    expect([...(await y.data())]).toEqual([NaN, -1, -1, -1, 1, 1])
    y.dispose()
  })
  it.each(pairNames)('%s of NaN, infinities and zeros is what JavaScript says', async (name) => {
    const n = special.length
    const { of } = pairs[name]
    const want = special.flatMap((a) => special.map((b) => Math.fround(of(a, b))))
    const column = (x: tf.Tensor) => tf.reshape(x, [n, 1])
    expect(await numbersOf((x) => tf[name](column(x), x), ...special)).toEqual(want)
    const wide = (x: tf.Tensor) => tf.tile(x, [n])
    const long = (x: tf.Tensor) => tf.reshape(tf.tile(column(x), [1, n]), [n * n])
    expect(await numbersOf((x) => tf[name](long(x), wide(x)), ...special)).toEqual(want)
  })

  it.each(functionNames)('%s of NaN, infinities and zeros is what JavaScript says', async (name) => {
    const want = special.map((x) => Math.fround(functions[name].of(x)))
    expect(await numbersOf((x) => tf[name](x), ...special)).toEqual(want)
  })

  it('exp is right to the last places from the least number to the largest', async () => {
    const given = Array.from({ length: 40_000 }, (_, i) => Math.fround(-104.5 + (i * 193.5) / 40_000))
    const got = await numbersOf((x) => tf.exp(x), ...given)
    given.forEach((x, i) => {
      const want = Math.fround(Math.exp(x))
      if (got[i] === want) return
      const distance = Math.abs(got[i]! - Math.exp(x)) / unit(Math.exp(x))
      if (!(distance < 2)) expect.fail(`exp(${x}): ${got[i]}, not ${want}`)
    })
    expect(await numbersOf((x) => tf.exp(x), -104, -1e30, 88.73, 1e30, 0)).toEqual([
      0,
      0,
      Infinity,
      Infinity,
      1,
    ])
  })

  it.each([
    ['sigmoid', (i: number) => -87 + i / 10],
    ['elu', (i: number) => -87 + i / 10],
    ['elu', (i: number) => -(1.05 ** (i - 1700))],
  ] as const)('%s keeps its digits, %#', async (name, at) => {
    const given = Array.from({ length: 1740 }, (_, i) => Math.fround(at(i)))
    const got = await numbersOf((x) => tf[name](x), ...given)
    given.forEach((x, i) => {
      const want = functions[name].of(x)
      if (!(Math.abs(got[i]! - want) <= 4e-7 * Math.abs(want)))
        expect.fail(`${name}(${x}): ${got[i]}, not ${want}`)
    })
  })
}

/** Our kernels leave these to TensorFlow.js. */
function otherKinds(): void {
  const ints = (...values: number[]) => tf.tensor1d(values, 'int32')
  const table: [string, () => tf.Tensor, string, number[]][] = [
    ['a sum of integers', () => tf.add(ints(7, -3), ints(2, 2)), 'int32', [9, -1]],
    ['a difference of integers', () => tf.sub(ints(7, -3), ints(2)), 'int32', [5, -5]],
    ['a product of integers', () => tf.mul(ints(7, -3), ints(2, 2)), 'int32', [14, -6]],
    ['a quotient of integers', () => tf.div(ints(7, -3), ints(2, 2)), 'int32', [3, -2]],
    ['the least integers', () => tf.minimum(ints(7, -3), ints(2, 2)), 'int32', [2, -3]],
    ['the largest integers', () => tf.maximum(ints(7, -3), ints(2, 2)), 'int32', [7, 2]],
    ['an integer and a number', () => tf.add(ints(7, -3), tf.scalar(0.5)), 'float32', [7.5, -2.5]],
    [
      'a number and a truth',
      () => tf.mul(tf.tensor1d([2, 3]), tf.tensor1d([true, false], 'bool')),
      'float32',
      [2, 0],
    ],
    ['integers turned round', () => tf.neg(ints(7, -3)), 'int32', [-7, 3]],
    ['sizes of integers', () => tf.abs(ints(7, -3)), 'int32', [7, 3]],
    ['relu of integers', () => tf.relu(ints(7, -3)), 'int32', [7, 0]],
    ['squares of integers', () => tf.square(ints(7, -3)), 'int32', [49, 9]],
    ['a clone of integers', () => tf.clone(ints(7, -3)), 'int32', [7, -3]],
    ['a clone of truths', () => tf.clone(tf.tensor1d([true, false, true], 'bool')), 'bool', [1, 0, 1]],
    ['integers of numbers', () => tf.cast(tf.tensor1d([2.9, -2.9]), 'int32'), 'int32', [2, -2]],
    ['numbers of integers', () => tf.cast(ints(7, -3), 'float32'), 'float32', [7, -3]],
    ['numbers of numbers', () => tf.cast(tf.tensor1d([7.5, -3]), 'float32'), 'float32', [7.5, -3]],
    ['a sum over integers', () => tf.sum(ints(7, -3, 1)), 'int32', [5]],
    ['a part of integers', () => tf.slice(ints(7, -3, 1), 1, 2), 'int32', [-3, 1]],
    ['integers joined', () => tf.concat([ints(7), ints(-3, 1)]), 'int32', [7, -3, 1]],
  ]
  it.each(table)('%s', async (_, make, dtype, want) => {
    const got = tf.tidy(make)
    expect([got.dtype, [...(await got.data())]]).toEqual([dtype, want])
    got.dispose()
  })

  it('a copy is another tensor', async () => {
    const x = tf.tensor1d([1, 2, 3, 4, 5])
    for (const copy of [tf.clone(x), tf.cast(x, 'float32')]) {
      expect([...(await copy.data())]).toEqual([1, 2, 3, 4, 5])
      copy.dispose()
    }
    expect([...(await x.data())]).toEqual([1, 2, 3, 4, 5])
    x.dispose()
  })
}
