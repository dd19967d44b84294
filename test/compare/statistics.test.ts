import { describe, expect, test } from 'vitest'
import {
  correctedTTest,
  deviation,
  mean,
  mostSigns,
  ranks,
  signFlipTest,
  tQuantile,
  variance,
  withinT,
} from '../../src/compare/statistics.js'

// References: scipy 1.17.1 (permutation_test with permutation_type "samples" and all resamples, stats.t, rankdata).
const differences = [0.3, -0.1, 0.5, 0.2, 0.4, -0.2, 0.6]

test('mean, variance and deviation are those of a sample', () => {
  expect(mean(differences)).toBeCloseTo(0.24285714285714283, 15)
  expect(variance(differences)).toBeCloseTo(0.08952380952380952, 15)
  expect(deviation([1, 3])).toBe(Math.SQRT2)
  expect(deviation([4])).toBeNaN()
  expect(mean([])).toBeNaN()
})

describe('the sign-flip test', () => {
  test('is that of scipy', () => {
    expect(signFlipTest(differences)).toBe(0.109375)
    expect(signFlipTest([1.5, -0.5, 2.25, 0.75, -1.0, 3.0, 0.25, 1.25, -0.75, 2.0, 1.0])).toBe(0.0556640625)
  })

  test('has by hand: one difference says nothing, five of one sign 2 of 32', () => {
    expect(signFlipTest([])).toBe(1)
    expect(signFlipTest([0.3])).toBe(1)
    expect(signFlipTest([0, 0, 0])).toBe(1)
    expect(signFlipTest([0.1, 0.2, 0.3, 0.4, 0.5])).toBe(2 / 32)
    expect(signFlipTest([-0.1, -0.2, -0.3, -0.4, -0.5])).toBe(2 / 32)
  })

  test('counts sums that are equal but for rounding', () => {
    // In binary 0.1 + 0.2 is not 0.3.
    expect(signFlipTest([0.3, -0.1, -0.2])).toBe(1)
    expect(signFlipTest([0.3, 0.1, -0.2])).toBe(signFlipTest([3, 1, -2]))
  })

  test('is exact for as many as may be, and refuses more', () => {
    expect(signFlipTest(Array.from({ length: 30 }, () => 1))).toBe(2 / 2 ** 30)
    expect(() => signFlipTest(Array.from({ length: mostSigns + 1 }, () => 1))).toThrow('at most 40, got 41')
  })
})

describe('the corrected resampled t-test', () => {
  test('is Nadeau and Bengio’s, by scipy’s t', () => {
    const { p, interval } = correctedTTest(differences, 0.2 / 0.6)!
    expect(p).toBeCloseTo(0.28405368282505317, 12)
    expect(interval[0]).toBeCloseTo(-0.2623598555281796, 12)
    expect(interval[1]).toBeCloseTo(0.7480741412424652, 12)
  })

  test('is the plain one where no rows are shared', () => {
    expect(correctedTTest(differences, 0)!.p).toBeCloseTo(0.07536722602374893, 12)
  })

  test('needs two differences; equal ones leave no doubt', () => {
    expect(correctedTTest([1], 0.3)).toBeNull()
    expect(correctedTTest([0, 0, 0], 0.3)).toEqual({ p: 1, interval: [0, 0] })
    expect(correctedTTest([1, 1, 1], 0.3)).toEqual({ p: 0, interval: [1, 1] })
  })

  test.each([
    [1.5, 1, 0.6256659163780023],
    [2.0, 2, 0.816496580927726],
    [0.7, 3, 0.4656730016952364],
    [2.776, 4, 0.9499772216800236],
    [1.3, 9, 0.7740936273269506],
    [3.1, 14, 0.9921676083816015],
  ])('|T| ≤ %d with %d degrees has scipy’s probability', (t, degrees, probability) => {
    expect(withinT(t, degrees)).toBeCloseTo(probability, 13)
  })

  test.each([
    [0.975, 1, 12.706204736174694],
    [0.975, 4, 2.7764451051977934],
    [0.975, 9, 2.262157162798205],
    [0.95, 14, 1.761310135774891],
  ])('quantile %d with %d degrees is scipy’s', (probability, degrees, t) => {
    expect(tQuantile(probability, degrees)).toBeCloseTo(t, 11)
  })
})

test('equal values share a rank, as rankdata has it', () => {
  expect(ranks([0.3, 0.1, 0.3, 0.2])).toEqual([3.5, 1, 3.5, 2])
  expect(ranks([Infinity, 1, Infinity])).toEqual([2.5, 1, 2.5])
})
