import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { balancedOrder } from '../../src/data/balanced-order.js'
import { costMatrix, withEmphasis } from '../../src/data/decision.js'
import { decided } from '../../src/objective/decided.js'
import { optionsOf } from '../../src/objective/metric-options.js'
import { bestThreshold, worthBy } from '../../src/objective/threshold.js'
import type { PreparedData } from '../../src/data/types.js'

/** Logits [rows, 2] whose log-odds of class 1 are the given ones. */
const logitsOf = (odds: readonly number[]) => odds.flatMap((z) => [0, z])

describe('a threshold', () => {
  it('lies between the classes where scores part them', () => {
    const odds = [-9, -8, -7, -6, -5, -4, 1, 2, 3, 4]
    const targets = odds.map((z) => (z > 0 ? 1 : 0))
    const cut = bestThreshold(logitsOf(odds), targets, 1, worthBy('f1', 1, undefined), randomSource(1))
    expect(cut).toBeGreaterThan(-4.01)
    expect(cut).toBeLessThan(2.01)
  })

  it('by cost falls as missing the positive class gets dearer', () => {
    const random = randomSource(7).stream('made', '', 0)
    const odds = Array.from({ length: 4000 }, () => 6 * random.uniform() - 4)
    const targets = odds.map((z) => (random.uniform() < 1 / (1 + Math.exp(-z)) ? 1 : 0))
    const cutAt = (miss: number) =>
      bestThreshold(
        logitsOf(odds),
        targets,
        1,
        worthBy('cost', 1, [
          [0, 1],
          [miss, 0],
        ]),
        randomSource(1),
      )
    // The scores are log-odds, so that Bayes' threshold is log(1 / miss).
    expect(Math.abs(cutAt(1) - 0)).toBeLessThan(0.8)
    expect(Math.abs(cutAt(10) - Math.log(1 / 10))).toBeLessThan(0.8)
  })

  it('of a task decides for its positive class from that probability on', () => {
    const options = optionsOf({
      kind: 'classification',
      classes: ['bad', 'good'],
      positive: 'bad',
      decision: { threshold: 0.2 },
    })
    const logits = (p: number) => [Math.log(p), Math.log(1 - p)]
    expect([0.19, 0.21].map((p) => decided(logits(p), 2, 0, options))).toEqual([1, 0])
  })
})

describe('costs', () => {
  it('decide for the least expected one', () => {
    const costs = costMatrix(['a', 'b', 'c'], { c: { a: 10 } })!
    expect(costs).toEqual([
      [0, 1, 1],
      [1, 0, 1],
      [10, 1, 0],
    ])
    // Expected: a 0.3 + 0.1 · 10 = 1.3, b 0.7, c 0.9.
    expect(decided([0.6, 0.3, 0.1].map(Math.log), 3, 0, { costs })).toBe(1)
  })

  it('of unknown classes are refused', () => {
    expect(() => costMatrix(['a', 'b'], { d: { a: 1 } })).toThrow(
      'config.classes.costs: expected classes a, b, got "d"',
    )
    expect(() => costMatrix(['a', 'b'], [[0, 1]])).toThrow('expected 2 rows of 2 costs')
  })
})

const data = {
  dataset: { task: { kind: 'classification', classes: ['a', 'b'] } },
  splits: { train: Uint32Array.of(0, 1, 2, 3) },
  targets: Float32Array.of(0, 0, 0, 1),
} as unknown as PreparedData

describe('emphasis', () => {
  it('balanced weighs classes by n / (k · n_c), and given weights have the mean 1', () => {
    expect(withEmphasis(data, { weights: 'balanced' }).emphasis!.weights).toEqual([4 / 6, 2])
    // (3 · 1 + 1 · 5) / 4 = 2.
    expect(withEmphasis(data, { weights: { b: 5 } }).emphasis!.weights).toEqual([0.5, 2.5])
  })

  it('draws equally many rows of each class, the same ones whenever asked', () => {
    const rows = Uint32Array.from({ length: 40 }, (_, i) => i)
    const targets = rows.map((row) => (row < 4 ? 1 : 0))
    const order = () => [...balancedOrder(rows, targets, 2, 3, randomSource(5), 'test')]
    const drawn = order()
    expect(drawn).toEqual(order())
    expect(drawn.filter((row) => row < 4).length).toBe(20)
    for (const rare of [0, 1, 2, 3]) expect(drawn.filter((row) => row === rare).length).toBe(5)
    expect(new Set(drawn.filter((row) => row >= 4)).size).toBe(20)
  })
})
