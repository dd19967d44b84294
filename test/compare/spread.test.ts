import { describe, expect, test } from 'vitest'
import {
  criticalDifference,
  friedman,
  holm,
  nemenyi,
  wilcoxon,
} from '../../src/compare/critical-difference.js'
import { aboveF, noncentralBelow, normalBelow, rangeBelow } from '../../src/compare/distributions.js'
import { effectSize } from '../../src/compare/effect-size.js'
import { spreadRatio } from '../../src/compare/spread-ratio.js'
import { jaccardIndex, meanAgreement } from '../../src/compare/kept.js'
import { paretoFront } from '../../src/compare/pareto.js'
import { lossDeviation } from '../../src/compare/stability.js'
import { correctedTTest } from '../../src/compare/statistics.js'

// References: scipy 1.17.1 (stats.norm, nct, f, studentized_range, friedmanchisquare, wilcoxon).
describe('distributions have scipy’s probabilities', () => {
  test.each([
    [-2.5, 0.006209665325776132],
    [0.3, 0.6179114221889526],
    [1.96, 0.9750021048517795],
    [5, 0.9999997133484281],
  ])('normal %d', (x, probability) => {
    expect(normalBelow(x)).toBeCloseTo(probability, 12)
  })

  test.each([
    [1.5, 6, 0.8, 0.7212176986780534],
    [2, 1, 1, 0.6228719644602817],
    [-0.7, 9, 0.4, 0.14301284434896158],
    [3, 4, 2.5, 0.5788055350924715],
  ])('noncentral t %d with %d degrees and δ %d', (t, degrees, delta, probability) => {
    expect(noncentralBelow(t, degrees, delta)).toBeCloseTo(probability, 7)
  })

  test.each([
    [2.5, 3, 12, 0.10915471239500621],
    [1, 1, 4, 0.37390096630005887],
    [4.2, 5, 45, 0.0032301618317162927],
  ])('F %d with %d and %d degrees', (f, a, b, probability) => {
    expect(aboveF(f, a, b)).toBeCloseTo(probability, 9)
  })

  test.each([
    [2, 1.9599639845400534],
    [3, 2.343700586378409],
    [5, 2.7277743708703763],
    [10, 3.163683577053373],
  ])('Nemenyi’s quantile for %d methods is the studentized range’s', (k, q) => {
    expect(nemenyi(k)).toBeCloseTo(q, 7)
    expect(rangeBelow(q * Math.SQRT2, k)).toBeCloseTo(0.95, 7)
  })
})

describe('the ratio of spreads', () => {
  const paired = (errors: number[], other: number[]) =>
    spreadRatio(errors.map((error, i) => ({ error, other: other[i]! })))

  test('has the p of Pitman and Morgan', () => {
    // scipy: pearsonr(a + b, a - b).pvalue
    const found = paired([1.1, 2.3, 2.9, 4.8, 5.2, 6.9], [1.4, 2.1, 2.6, 3.3, 3.9, 4.2])!
    expect(found.ratio).toBeCloseTo(1.98190267, 6)
    expect(found.p).toBeCloseTo(0.00144153, 6)
  })

  test('is 1 for the same errors, however they are paired, and certain for multiples', () => {
    expect(paired([1, 2, 4], [1, 2, 4])).toEqual({ ratio: 1, p: 1 })
    expect(paired([2, 4, 8], [1, 2, 4])).toEqual({ ratio: 2, p: 0 })
    expect(paired([1, 2], [1, 3])).toBeNull()
    expect(paired([1, 1, 1], [1, 2, 3])).toBeNull()
  })
})

describe('the effect size', () => {
  const differences = [0.3, -0.1, 0.5, 0.2, 0.4, -0.2, 0.6]
  test('has scipy’s noncentral interval, without and with rows that splits share', () => {
    const alone = effectSize(differences, 0)!
    expect(alone.dz).toBeCloseTo(0.8116739429510185, 12)
    expect(alone.interval[0]).toBeCloseTo(-0.07808864647319214, 6)
    expect(alone.interval[1]).toBeCloseTo(1.6541193174879505, 6)
    const shared = effectSize(differences, 0.2 / 0.6)!
    expect(shared.interval[0]).toBeCloseTo(-0.642921526284237, 6)
    expect(shared.interval[1]).toBeCloseTo(2.2071691519703798, 6)
  })

  test('excludes 0 where the corrected test does, and is nothing without spread', () => {
    const clear = [0.5, 0.6, 0.4, 0.55, 0.45]
    expect(correctedTTest(clear, 0.3)!.p).toBeLessThan(0.05)
    expect(effectSize(clear, 0.3)!.interval[0]).toBeGreaterThan(0)
    expect(effectSize([1], 0.3)).toBeNull()
    expect(effectSize([1, 1, 1], 0.3)).toBeNull()
  })
})

describe('over data sets', () => {
  const errors = [
    [0.2, 0.31, 0.12, 0.5, 0.44, 0.27],
    [0.25, 0.3, 0.2, 0.55, 0.6, 0.3],
    [0.22, 0.4, 0.25, 0.52, 0.5, 0.35],
  ]
  const meanRanks = [7 / 6, 7 / 3, 5 / 2]
  const ranked = ['a', 'b', 'c'].map((method, i) => ({ method, rank: meanRanks[i]!, errors: errors[i]! }))

  test('Friedman’s and Wilcoxon’s p are scipy’s', () => {
    expect(friedman(meanRanks, 6)).toBeCloseTo(0.02348183883829542, 8)
    expect(wilcoxon(errors[0]!, errors[1]!)).toBeCloseTo(0.0625, 12)
    expect(wilcoxon(errors[2]!, errors[1]!)).toBeCloseTo(0.5625, 12)
  })

  test('methods within the critical difference are alike', () => {
    const found = criticalDifference(ranked, 'b')!
    // 2.3437 √(3 · 4 / 36)
    expect(found.difference).toBeCloseTo(2.343700586378409 / Math.sqrt(3), 6)
    expect(found.alike).toEqual([['a', 'b', 'c']])
    expect(found.pairs).toEqual([
      { method: 'a', p: 0.0625, holm: 0.125 },
      { method: 'c', p: 0.5625, holm: 0.5625 },
    ])
    const apart = ranked.map((each, i) => ({ ...each, rank: [1, 2.2, 2.8][i]! }))
    expect(criticalDifference(apart, 'b')!.alike).toEqual([
      ['a', 'b'],
      ['b', 'c'],
    ])
    expect(criticalDifference(ranked.slice(0, 1), 'a')).toBeNull()
    expect(
      criticalDifference(
        ranked.map((each) => ({ ...each, errors: [0.1] })),
        'a',
      ),
    ).toBeNull()
  })

  test('Holm’s correction never falls', () => {
    expect(holm([{ p: 0.04 }, { p: 0.01 }, { p: 0.03 }]).map((each) => each.holm)).toEqual([0.06, 0.03, 0.06])
  })
})

test('the Pareto front holds what nothing beats, by cost', () => {
  const placed = [
    { method: 'large', error: 0.1, cost: 100 },
    { method: 'beaten', error: 0.3, cost: 90 },
    { method: 'small', error: 0.2, cost: 10 },
    { method: 'equal', error: 0.2, cost: 10 },
    { method: 'failed', error: null, cost: 1 },
  ]
  expect(paretoFront(placed)).toEqual(['small', 'equal', 'large'])
})

describe('stability', () => {
  test('agreement is the Jaccard index of names, and of numbers of units', () => {
    // Shared: relu, 3 of 4 units. Together: relu, tanh, gelu; 4 units.
    expect(jaccardIndex({ act: ['relu', 'tanh'], units: 3 }, { act: ['relu', 'gelu'], units: 4 })).toBe(4 / 7)
    expect(jaccardIndex({ act: [] }, { act: [] })).toBe(1)
    expect(jaccardIndex({ units: 4 }, {})).toBe(0)
    expect(meanAgreement([{ units: 4 }, { units: 2 }, { units: 1 }])).toBeCloseTo(
      (1 / 2 + 1 / 4 + 1 / 2) / 3,
      12,
    )
    expect(meanAgreement([{ units: 4 }])).toBeNull()
  })

  test('the spread of losses is that of the last tenth of the steps', () => {
    const losses = [10, 50, 91, 95, 100].map((step, i) => ({ step, loss: [9, 9, 1, 2, 3][i]! }))
    expect(lossDeviation(losses)).toBe(1)
    expect(lossDeviation(losses.slice(0, 1))).toBeNull()
    expect(lossDeviation([])).toBeNull()
  })
})
