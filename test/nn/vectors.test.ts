import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { useBackend } from '../../src/backend/index.js'
import { randomSource } from '../../src/base/random.js'
import { numberVectors, onVectors, tensorVectors, type Vectors } from '../../src/nn/vectors.js'
import { normals } from '../helpers/networks.js'

const values = (length: number, name: string) => normals(randomSource(1), name, length)
const evaluated = <V>(v: Vectors<V>, of: (v: Vectors<V>, a: V, b: V) => V, length: number) =>
  tf.tidy(() => {
    const a = v.from(tf.tensor1d(values(length, 'a')))
    const b = v.from(tf.tensor1d(values(length, 'b')))
    return v
      .to(of(v, a, b))
      .dataSync()
      .slice()
  })

const operations: Record<string, <V>(v: Vectors<V>, a: V, b: V) => V> = {
  'a + b': (v, a, b) => v.add(a, b),
  'a − 0.1': (v, a) => v.sub(a, 0.1),
  '1 − a': (v, a) => v.sub(1, a),
  'a · b': (v, a, b) => v.mul(a, b),
  'a / b': (v, a, b) => v.div(a, b),
  'min(a, b)': (v, a, b) => v.minimum(a, b),
  'max(a, 0)': (v, a) => v.maximum(a, 0),
  'a ≥ b': (v, a, b) => v.atLeast(a, b),
  'a ≥ a': (v, a) => v.atLeast(a, a),
  'Σ a': (v, a) => v.sum(a),
  'a / Σ b': (v, a, b) => v.div(a, v.sum(b)),
  'the largest': (v, a) => v.largest(a, 1, [0]),
  constants: (v, a) => v.mul(a, v.of([0.3])),
}

describe.each(Object.entries(operations))('%s', (_name, operation) => {
  it.each([1, 2, 3, 4, 5, 7, 8, 13, 64, 4103, 9000])(
    'of %i members has the bits of the kernels',
    (length) => {
      const got = evaluated(numberVectors, operation, length)
      expect(got).toEqual(evaluated(tensorVectors, operation, length))
      expect(got.every(Number.isFinite)).toBe(true)
    },
  )
})

it.each([
  [1, [0, 1, 2, 3], 9],
  [2, [0, 1, 2, 3], 5],
  [4, [0, 1, 2, 3], -3],
  [2, [0, 2, 3], 2],
])('the %i. largest at places %j', (n, places, expected) => {
  const of = <V>(v: Vectors<V>) => v.to(v.largest(v.of([5, 9, 2, -3]), n, places)).dataSync()[0]
  // Of the places 0, 2 and 3 the numbers are 5, 2 and −3.
  expect(tf.tidy(() => [of(numberVectors), of(tensorVectors)])).toEqual([expected, expected])
})

it('numbers serve wasm, tensors the other backends', async () => {
  const kind = () => onVectors((v) => (v as unknown) === numberVectors)
  expect(kind()).toBe(true)
  await useBackend('cpu')
  expect(kind()).toBe(false)
  await useBackend('wasm')
})
