import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { augmentSeries } from '../../src/data/augment-series.js'
import { augmentImages } from '../../src/data/augment.js'
import { mixup } from '../../src/data/mixup.js'
import { softTargets } from '../../src/data/soft-targets.js'

const random = randomSource(3)

describe('crops of images', () => {
  // Each pixel says where it stands, counted from 1, so that 0 is padding.
  const shape = [3, 4, 1]
  const image = Float32Array.from({ length: 12 }, (_, i) => i + 1)
  const one = (row: number, epoch: number, crop: number) =>
    augmentImages(image, shape, Uint32Array.of(row), epoch, random, { crop })

  /** The image in a frame of zeros, cut at a place. */
  const cut = (top: number, left: number, pad: number) =>
    Array.from({ length: 12 }, (_, i) => {
      const [y, x] = [Math.floor(i / 4) + top - pad, (i % 4) + left - pad]
      return y >= 0 && y < 3 && x >= 0 && x < 4 ? 4 * y + x + 1 : 0
    })

  it('are every part of the padded image, and nothing else', () => {
    const places = Array.from({ length: 25 }, (_, i) => String(cut(Math.floor(i / 5), i % 5, 2)))
    const seen = new Set(Array.from({ length: 600 }, (_, row) => String([...one(row, 0, 2)])))
    expect([...seen].sort()).toEqual([...new Set(places)].sort())
  })

  it('depend on row and epoch, and leave the given image alone', () => {
    const before = image.slice()
    expect(one(4, 7, 2)).toEqual(one(4, 7, 2))
    expect(new Set(Array.from({ length: 20 }, (_, epoch) => String(one(4, epoch, 2)))).size).toBeGreaterThan(
      8,
    )
    expect(image).toEqual(before)
  })
})

describe('changes of series', () => {
  const shape = [50, 2]
  const series = Float32Array.from({ length: 100 }, (_, i) => i + 1)
  const one = (row: number, epoch: number, options: object) =>
    augmentSeries(series, shape, Uint32Array.of(row), epoch, random, options)

  it('are none by default', () => expect(one(0, 0, {})).toEqual(series))

  it('mask a stretch of steps in all channels, anywhere', () => {
    const starts = new Set<number>()
    for (let row = 0; row < 500; row++) {
      const masked = one(row, 0, { mask: 46 })
      const from = masked.indexOf(0) / 2
      starts.add(from)
      masked.forEach((value, i) => {
        const inside = i >= 2 * from && i < 2 * (from + 46)
        expect(value).toBe(inside ? 0 : i + 1)
      })
    }
    expect([...starts].sort()).toEqual([0, 1, 2, 3, 4])
  })

  it('add noise of the given deviation', () => {
    const noise = Array.from({ length: 40 }, (_, row) =>
      [...one(row, 0, { jitter: 0.5 })].map((value, i) => value - (i + 1)),
    ).flat()
    const mean = noise.reduce((sum, x) => sum + x, 0) / noise.length
    const deviation = Math.sqrt(noise.reduce((sum, x) => sum + x * x, 0) / noise.length)
    // Four standard errors of 4,000 draws.
    expect(Math.abs(mean)).toBeLessThan(0.032)
    expect(Math.abs(deviation - 0.5)).toBeLessThan(0.023)
  })

  it('depend on row and epoch, not on the batch', () => {
    const options = { jitter: 0.1, mask: 5 }
    const both = Float32Array.from([...series, ...series])
    const all = augmentSeries(both, shape, Uint32Array.of(9, 4), 2, random, options)
    expect(all.subarray(0, 100)).toEqual(one(9, 2, options))
    expect(all.subarray(100)).toEqual(one(4, 2, options))
    expect(one(4, 3, options)).not.toEqual(one(4, 2, options))
  })
})

describe('softTargets', () => {
  it('gives a class its own share and all classes equal ones', () => {
    const soft = softTargets(Float32Array.of(2, 0), 4, 0.1)
    const wanted = [0.025, 0.025, 0.925, 0.025, 0.925, 0.025, 0.025, 0.025]
    soft.forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 6))
    expect([...softTargets(Float32Array.of(1), 3, 0)]).toEqual([0, 1, 0])
  })
})

describe('mixup', () => {
  const rows = 6
  const inputs = Float32Array.from({ length: rows * 2 }, (_, i) => 10 ** Math.floor(i / 2) * (i % 2 ? -1 : 1))
  const targets = Float32Array.from({ length: rows }, (_, i) => 10 ** i)
  const of = (t: number) => mixup({ inputs, targets }, rows, 0.4, random.stream('mixup', 'test', t))

  it('mixes each example with one other, inputs and targets alike, in one share for the batch', () => {
    for (let t = 0; t < 20; t++) {
      const mixed = of(t)
      // Every example is a partner once, so that sums stay.
      const sum = (values: Float32Array) => values.reduce((a, b) => a + b, 0)
      expect(sum(mixed.targets) / sum(targets)).toBeCloseTo(1, 5)
      mixed.targets.forEach((value, row) => {
        expect(mixed.inputs[2 * row]).toBe(value)
        expect(mixed.inputs[2 * row + 1]).toBe(-value)
      })
      expect(sharesOf(mixed.targets).length).toBeGreaterThan(0)
    }
  })

  /** The λ for which each value[i] = λ 10^i + (1 − λ) 10^k for some k. */
  function sharesOf(values: Float32Array): number[] {
    const powers = Array.from(values, (_, k) => 10 ** k)
    const fits = (share: number) =>
      values.every((value, i) =>
        powers.some((other) => Math.abs(share * 10 ** i + (1 - share) * other - value) < 1e-4 * value),
      )
    const candidates = Array.from(values).flatMap((value, i) =>
      powers.map((other) => (value - other) / (10 ** i - other)),
    )
    return candidates.filter((share) => share >= 0 && share <= 1 && fits(share))
  }

  it('depends on the stream alone', () => {
    expect(of(5)).toEqual(of(5))
    expect(of(5)).not.toEqual(of(6))
  })
})
