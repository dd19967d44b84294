import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../../src/backend/index.js'
import { randomSource } from '../../src/base/random.js'
import { learningRateAt } from '../../src/train/learning-rate.js'
import { optimizer } from '../../src/train/optimizer.js'
import type { NamedArrays } from '../../src/train/transforms.js'
import { normals } from '../helpers/networks.js'
import { relativeError } from '../helpers/numeric.js'
import { tensorCounter } from '../setup/tensors.js'

type Kind = 'sgd' | 'adam'
const options = (kind: Kind) => ({ optimizer: kind, momentum: 0.9, beta2: 0.999 })
const random = randomSource(9)
const gradientAt = (t: number) => normals(random, `gradient ${t}`, 6)
const start = normals(random, 'start', 6)

/** The published update rules in float64: the values after `steps` steps. */
function reference(kind: Kind, steps: number, rate: (t: number) => number): Float64Array {
  const w = Float64Array.from(start)
  const [first, second] = [new Float64Array(6), new Float64Array(6)]
  for (let t = 0; t < steps; t++)
    gradientAt(t).forEach((g, i) => {
      if (kind === 'sgd') {
        first[i] = 0.9 * first[i]! + g
        w[i]! -= rate(t) * first[i]
      } else {
        first[i] = 0.9 * first[i]! + 0.1 * g
        second[i] = 0.999 * second[i]! + 0.001 * g * g
        const root = Math.sqrt(second[i] / (1 - 0.999 ** (t + 1))) + 1e-8
        w[i]! -= (rate(t) * first[i]) / (1 - 0.9 ** (t + 1)) / root
      }
    })
  return w
}

/** Steps [2, 3] weights `from` … `to` − 1. The caller owns the result. */
function stepped(rule: ReturnType<typeof optimizer>, w: tf.Tensor, from: number, to: number): tf.Tensor {
  const arrays = arraysOf(new Map([['w', w]]))
  for (let t = from; t < to; t++) {
    const gradient = tf.tensor(gradientAt(t), [2, 3])
    rule.step(arrays, [{ name: 'w', gradient }], 0.1 / (t + 1))
    gradient.dispose()
  }
  return arrays.get('w')
}

/** Arrays by name that belong to the test. */
function arraysOf(tensors: Map<string, tf.Tensor>): NamedArrays {
  return {
    get: (name) => tensors.get(name)!,
    set(name, tensor) {
      tensors.get(name)!.dispose()
      tensors.set(name, tf.keep(tensor))
    },
  }
}

const backends = ['wasm', 'cpu'] as const
const cases = backends.flatMap((backend) =>
  (['sgd', 'adam'] as Kind[]).map((kind) => [kind, backend] as const),
)

describe.each(cases)('%s on %s', (kind, backend) => {
  beforeAll(() => useBackend(backend))

  it('follows its published rule', () => {
    const rule = optimizer(options(kind))
    const w = stepped(rule, tf.tensor(start, [2, 3]), 0, 25)
    const wanted = reference(kind, 25, (t) => 0.1 / (t + 1))
    expect(relativeError(w.dataSync(), wanted)).toBeLessThan(1e-5)
    w.dispose()
    rule.dispose()
  })

  it('multiplies the rate by the factor of an array, and by no other', () => {
    const rule = optimizer(options(kind))
    const arrays = arraysOf(new Map(['own', 'plain'].map((name) => [name, tf.tensor(start, [2, 3])])))
    for (let t = 0; t < 5; t++) {
      const gradient = tf.tensor(gradientAt(t), [2, 3])
      rule.step(
        arrays,
        [
          { name: 'own', gradient, rate: 6 },
          { name: 'plain', gradient },
        ],
        0.01,
      )
      gradient.dispose()
    }
    const ends = { own: 0.06, plain: 0.01 }
    for (const [name, rate] of Object.entries(ends)) {
      expect(
        relativeError(
          arrays.get(name).dataSync(),
          reference(kind, 5, () => rate),
        ),
      ).toBeLessThan(1e-5)
      arrays.get(name).dispose()
    }
    rule.dispose()
  })

  it('goes on bit for bit from its saved slots', () => {
    const [whole, half, rest] = [optimizer(options(kind)), optimizer(options(kind)), optimizer(options(kind))]
    const straight = stepped(whole, tf.tensor(start, [2, 3]), 0, 10)
    const middle = stepped(half, tf.tensor(start, [2, 3]), 0, 4)
    rest.restore(half.values(), () => [2, 3])
    const resumed = stepped(rest, middle, 4, 10)
    expect(resumed.dataSync()).toEqual(straight.dataSync())
    tf.dispose([straight, resumed])
    for (const rule of [whole, half, rest]) rule.dispose()
  })

  it('cuts its slots with the weights, and frees those of weights that are gone', () => {
    const newTensors = tensorCounter()
    const rule = optimizer(options(kind))
    for (const name of ['w', 'gone']) {
      const [w, g] = [tf.tensor(start, [2, 3]), tf.tensor(gradientAt(0), [2, 3])]
      const arrays = arraysOf(new Map([[name, w]]))
      rule.step(arrays, [{ name, gradient: g }], 0.1)
      tf.dispose([arrays.get(name), g])
    }
    const whole = rule.values()
    rule.follow(new Set(['w']), new Map([['w', [{ axis: 1, indices: [0, 2] }]]]))
    const cut = rule.values()
    expect([...cut.keys()]).toEqual([...whole.keys()].filter((key) => key.startsWith('w#')))
    for (const [key, values] of cut) {
      const old = whole.get(key)!
      expect([...values], key).toEqual(key === 'w#count' ? [...old] : [old[0], old[2], old[3], old[5]])
    }
    rule.follow(new Set(), new Map())
    expect(newTensors()).toBe(0)
    expect(rule.values().size).toBe(0)
  })
})

describe('the learning rate', () => {
  const weights = {
    learningRate: 0.1,
    minLearningRate: 0.02,
    momentum: 0.9,
    optimizer: 'sgd',
    beta2: 0.999,
    warmup: 0,
  } as const

  it('decays like half a cosine', () => {
    const rate = (t: number) => learningRateAt({ ...weights, decay: 'cosine' }, t, 100)
    expect(rate(0)).toBeCloseTo(0.1, 12)
    expect(rate(50)).toBeCloseTo(0.06, 12)
    expect(rate(100)).toBeCloseTo(0.02, 12)
    expect(rate(25)).toBeCloseTo(0.02 + 0.04 * (1 + Math.SQRT1_2), 12)
  })

  it('rises and falls in four waves, each twice as long as the one before', () => {
    const rate = (t: number) => learningRateAt({ ...weights, decay: 'coslog4' }, t, 150)
    for (const t of [0, 10, 30, 70, 150]) expect(rate(t)).toBeCloseTo(0.02, 12)
    // The crest of wave k is where log₂(1 + 15 t / T) = k + ½.
    for (const k of [0, 1, 2, 3]) expect(rate(10 * (2 ** (k + 0.5) - 1))).toBeCloseTo(0.1, 12)
  })

  it('falls in inverse proportion to the steps after 2,000, however many there are', () => {
    for (const steps of [100, 16_000]) {
      const rate = (t: number) => learningRateAt({ ...weights, decay: 'inverse' }, t, steps)
      for (const t of [0, 1000, 1999]) expect(rate(t)).toBeCloseTo(0.1, 12)
      expect(rate(2499)).toBeCloseTo(0.02 + 0.08 * 0.8, 12)
      expect(rate(7999)).toBeCloseTo(0.04, 12)
    }
  })

  it('stays where it is told to', () => {
    expect(learningRateAt({ ...weights, decay: 'constant' }, 77, 100)).toBe(0.1)
  })
})
