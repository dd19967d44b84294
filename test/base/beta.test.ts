import { describe, expect, it } from 'vitest'
import { symmetricBeta } from '../../src/base/beta.js'
import { randomSource } from '../../src/base/random.js'

describe('symmetricBeta', () => {
  const draws = (a: number, seed = 1) => {
    const stream = randomSource(seed).stream('beta')
    return Array.from({ length: 20_000 }, () => symmetricBeta(stream, a))
  }

  // Mean ½ and variance 1 / (4 (2 a + 1)). The deviation of the estimates is below .004 and .002.
  it.each([0.1, 0.4, 1, 5])('has the mean and the variance of Beta(a, a) for a = %d', (a) => {
    const values = draws(a)
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.015)
    expect(Math.abs(variance - 1 / (4 * (2 * a + 1)))).toBeLessThan(0.006)
  })

  it('is uniform for a = 1', () => {
    const below = (most: number) => draws(1).filter((x) => x < most).length / 20_000
    for (const most of [0.1, 0.25, 0.9]) expect(Math.abs(below(most) - most)).toBeLessThan(0.012)
  })

  it('is a number from 0 to 1 even where gamma draws vanish', () => {
    for (const x of draws(0.001)) expect(x >= 0 && x <= 1).toBe(true)
  })

  it('depends on the seed alone', () => {
    expect(draws(0.4, 3)).toEqual(draws(0.4, 3))
    expect(draws(0.4, 3)).not.toEqual(draws(0.4, 4))
  })
})
