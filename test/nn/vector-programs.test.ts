import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../../src/backend/index.js'
import { randomSource } from '../../src/base/random.js'
import { currentDevice } from '../../src/backend/devices/index.js'
import { NotCompilable, type Vectors } from '../../src/backend/vectors.js'
import { vectorPrograms } from '../../src/nn/vector-programs.js'
import { numberVectors } from '../../src/nn/vectors.js'
import { tensorCounter } from '../setup/tensors.js'

beforeAll(() => useBackend('wasm', { relaxed: false }))

const compiled = (act: <V>(v: Vectors<V>) => void) => currentDevice().compile!(act)
const pairwise = ['add', 'sub', 'mul', 'div', 'minimum', 'maximum', 'atLeast'] as const

describe('a compiled program of vectors', () => {
  it.each([1, 3, 4, 7, 33, 2100])(
    'gives the bits of numbers in this program’s memory, for %d numbers',
    (n) => {
      const random = randomSource(n)
      for (let round = 0; round < 20; round++) {
        const stream = random.stream('vectors', `${round}`)
        const draw = () => Float32Array.from({ length: n }, () => stream.normal() * 10 ** stream.integer(4))
        const [a, b, c] = [draw(), draw(), stream.normal()]
        // Zeros of both signs, equal numbers, and what a diverging training makes.
        a.set([0, NaN, Infinity, b[0]!].slice(0, n - 1), 1)
        b.set([-0, 1, -Infinity].slice(0, n - 1), 1)
        const [x, y] = [tf.tensor1d(a), tf.tensor1d(b)]
        const places = Array.from({ length: n }, (_, i) => n - 1 - i)
        const all = <V>(v: Vectors<V>): V[] => {
          const [p, q] = [v.from(x), v.from(y)]
          return [
            ...pairwise.flatMap((name) => [
              v[name](p, q),
              v[name](c, q),
              v[name](p, c),
              v[name](p, v.sum(q)),
            ]),
            ...[v.sum(v.mul(p, q)), v.mul(v.of([...b]), () => c / 3)],
            ...[1, 2, 5].flatMap((nth) => (nth <= n ? [v.largest(p, nth, places)] : [])),
          ]
        }
        const want = all(numberVectors)
        const into = want.map(({ length }) => tf.zeros<tf.Rank.R1>([length]))
        const program = compiled((v) => {
          all(v).forEach((vector, i) => v.put(into[i], vector))
        })
        program.run()
        const got = into.map((tensor) => [...tensor.dataSync()])
        program.dispose()
        tf.dispose([x, y, ...into])
        expect(got).toEqual(want.map((vector) => [...vector]))
      }
    },
  )

  it('asks for live numbers, and reads its tensors, at every run', () => {
    const [x, y] = [tf.tensor1d([1, 2]), tf.zeros<tf.Rank.R1>([2])]
    let factor = 1
    const program = compiled((v) => {
      v.put(
        y,
        v.mul(v.from(x), () => factor),
      )
    })
    const runs = [1, 5, -2].map((each) => {
      factor = each
      currentDevice().numbers!(x)[0] = each
      program.run()
      return [...y.dataSync()]
    })
    program.dispose()
    tf.dispose([x, y])
    expect(runs).toEqual([
      [1, 2],
      [25, 10],
      [4, -4],
    ])
  })

  it('refuses results as new tensors, and vectors that are read after their tensor was overwritten', () => {
    const x = tf.tensor1d([1, 2])
    const shared = tf.reshape<tf.Rank.R1>(x, [2])
    const compile = (act: <V>(v: Vectors<V>) => void) => () => compiled(act)
    expect(compile((v) => void v.to(v.from(x)))).toThrow(NotCompilable)
    expect(compile((v) => void v.put(undefined, v.from(x)))).toThrow(NotCompilable)
    expect(compile((v) => void v.put(x, v.from(shared)))).toThrow(NotCompilable)
    shared.dispose()
    const late = <V>(v: Vectors<V>): void => {
      const before = v.from(x)
      v.put(x, v.mul(before, 2))
      v.put(x, v.add(before, 1))
    }
    expect(compile(late)).toThrow('overwritten')
    x.dispose()
  })
})

describe('programs by their key', () => {
  it('call the work twice for a key, and compute the same without calling it', () => {
    const programs = vectorPrograms()
    const x = tf.tensor1d([1, 2, 3])
    const key = {}
    let [calls, seen] = [0, [] as number[][]]
    for (let step = 0; step < 5; step++) {
      programs.run([key], (v) => {
        calls += 1
        v.put(x, v.add(v.from(x), 1))
      })
      seen = [...seen, [...x.dataSync()]]
    }
    expect(calls).toBe(2)
    expect(seen).toEqual([2, 3, 4, 5, 6].map((first) => [first, first + 1, first + 2]))
    programs.dispose()
    x.dispose()
  })

  it('follow tensors that are replaced, until that happens too often, and then run as they are', () => {
    const programs = vectorPrograms()
    let x = tf.tensor1d([0])
    for (let step = 0; step < 20; step++) {
      programs.run(['key'], (v) => {
        v.put(x, v.add(v.from(x), 1))
      })
      const moved = tf.tensor1d([...x.dataSync()])
      if (step % 2 === 1) {
        x.dispose()
        x = moved
      } else moved.dispose()
    }
    expect([...x.dataSync()]).toEqual([20])
    programs.dispose()
    x.dispose()
  })

  it('keep few programs, and free them: neither tensors nor memory grow', () => {
    const round = (): void => {
      const programs = vectorPrograms()
      const xs = Array.from({ length: 30 }, (_, i) => tf.fill<tf.Rank.R1>([1000], i))
      for (let again = 0; again < 3; again++)
        for (const x of xs)
          for (let step = 0; step < 3; step++)
            programs.run([x], (v) => {
              v.put(x, v.mul(v.from(x), 2))
            })
      expect(xs.map((x) => x.dataSync()[0])).toEqual(xs.map((_, i) => i * 2 ** 9))
      programs.dispose()
      tf.dispose(xs)
    }
    round()
    const newTensors = tensorCounter()
    const bytes = currentDevice().memory!.taken()
    for (let i = 0; i < 20; i++) round()
    expect(newTensors()).toBe(0)
    expect(currentDevice().memory!.taken()).toBe(bytes)
  })

  it('run as they are on other backends', async () => {
    await useBackend('cpu')
    const programs = vectorPrograms()
    let x = tf.tensor1d([1])
    for (let step = 0; step < 4; step++)
      programs.run(['key'], (v) => {
        const next = tf.keep(v.put(x, v.add(v.from(x), 1)))
        if (next !== x) x.dispose()
        x = next
      })
    expect([...x.dataSync()]).toEqual([5])
    programs.dispose()
    x.dispose()
    await useBackend('wasm', { relaxed: false })
  })
})
