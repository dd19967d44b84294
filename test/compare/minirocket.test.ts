import { describe, expect, test } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { dilationsOf, fitKernels, places, transform } from '../../src/compare/minirocket/kernels.js'
import { lambdas, predictLinear, ridge, type Samples } from '../../src/compare/minirocket/ridge.js'

describe('the dilations and their features', () => {
  // The published implementation's, for 9,996 features (119 a kernel), 840 and 1,680.
  test.each([
    [100, 119, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [34, 19, 15, 8, 12, 4, 8, 7, 3, 3, 3, 3]],
    [9, 119, [1], [119]],
    [24, 10, [1, 2], [6, 4]],
    [
      700,
      20,
      [1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 21, 26, 34, 43, 54, 69, 87],
      [3, 2, ...Array.from({ length: 15 }, () => 1)],
    ],
  ])('of %d steps with %d features a kernel', (steps, perKernel, dilations, features) => {
    const found = dilationsOf(steps, perKernel)
    expect(found.map(({ dilation }) => dilation)).toEqual(dilations)
    expect(found.map((each) => each.features)).toEqual(features)
  })
})

describe('the features', () => {
  const [rows, steps, channels] = [4, 30, 3]
  const values = randomSource(3)
    .stream('test')
    .normals(rows * steps * channels)
  const series = { values, steps, channels }
  const all = Uint32Array.of(0, 1, 2, 3)
  const kernels = fitKernels(series, all, 840, randomSource(7))

  /** The definition: nine weights, −1 but for three of 2, over zeros beyond the ends, summed over channels. */
  const outputs = (row: number, dilation: number, three: readonly number[], chosen: readonly number[]) =>
    Array.from({ length: steps }, (_, t) => {
      let sum = 0
      for (const channel of chosen)
        for (let j = 0; j < 9; j++) {
          const s = t + (j - 4) * dilation
          const x = s < 0 || s >= steps ? 0 : values[(row * steps + s) * channels + channel]!
          sum += (three.includes(j) ? 2 : -1) * x
        }
      return sum
    })

  test('are 84 kernels at each dilation, with the weight 2 at three of nine places', () => {
    expect(places).toHaveLength(84)
    expect(new Set(places.map((three) => three.join())).size).toBe(84)
    expect(kernels.features).toBe(840)
    expect(kernels.combinations.map(({ dilation }) => dilation)).toEqual([
      ...places.map(() => 1),
      ...places.map(() => 2),
      ...places.map(() => 3),
    ])
  })

  test('are the shares of outputs above each bias, with padding for every second kernel', () => {
    const features = transform(kernels, series, Uint32Array.of(2))
    const expected = kernels.combinations.flatMap(
      ({ dilation, places: three, channels: chosen, biases }, i) => {
        const found = outputs(2, dilation, three, chosen)
        const padded = (Math.floor(i / 84) + (i % 84)) % 2 === 0
        const seen = padded ? found : found.slice(4 * dilation, steps - 4 * dilation)
        return [...biases].map((bias) => seen.filter((each) => each > bias).length / seen.length)
      },
    )
    expect(features).toHaveLength(expected.length)
    features.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6))
    expect(new Set(features).size).toBeGreaterThan(10)
  })

  test('have biases that are golden quantiles of a row’s outputs', () => {
    let count = 0
    for (const { dilation, places: three, channels: chosen, biases } of kernels.combinations) {
      expect(chosen.length).toBeGreaterThanOrEqual(1)
      expect(new Set(chosen).size).toBe(chosen.length)
      const quantiles = [...biases].map(() => (++count * ((1 + Math.sqrt(5)) / 2)) % 1)
      const matching = [...all].filter((row) => {
        const sorted = outputs(row, dilation, three, chosen).sort((a, b) => a - b)
        return quantiles.every((q, i) => {
          const at = q * (steps - 1)
          const below = sorted[Math.floor(at)]!
          const value = below + (at % 1) * (sorted[Math.ceil(at)]! - below)
          return Math.abs(value - biases[i]!) < 1e-9
        })
      })
      expect(matching).toHaveLength(1)
    }
  })

  test('hang on the seed', () => {
    const again = fitKernels(series, all, 840, randomSource(7))
    expect(again).toEqual(kernels)
    expect(fitKernels(series, all, 840, randomSource(8))).not.toEqual(kernels)
  })
})

describe('ridge', () => {
  const samples = (rows: number, features: number): Samples => {
    const draw = randomSource(rows).stream('ridge')
    const inputs = draw.normals(rows * features).map((x, i) => x * (1 + (i % features)) + 3)
    const outputs = 2
    const targets = Float64Array.from({ length: rows * outputs }, (_, i) => {
      const row = Math.floor(i / outputs)
      return inputs[row * features]! * (1 + (i % outputs)) + 2 * draw.normal() + 5
    })
    return { rows, features, inputs, targets, outputs }
  }

  /** The solution of a linear system by elimination. */
  const solved = (matrix: number[][], right: number[]): number[] => {
    const a = matrix.map((row, i) => [...row, right[i]!])
    a.forEach((pivot, i) => {
      for (let r = i + 1; r < a.length; r++) {
        const factor = a[r]![i]! / pivot[i]!
        for (let c = i; c <= a.length; c++) a[r]![c]! -= factor * pivot[c]!
      }
    })
    const x = a.map(() => 0)
    for (let i = a.length - 1; i >= 0; i--)
      x[i] =
        (a[i]![a.length]! - a[i]!.slice(i + 1, a.length).reduce((s, v, k) => s + v * x[i + 1 + k]!, 0)) /
        a[i]![i]!
    return x
  }

  /** Inputs standardised over all rows, with a one in front for the intercept. */
  const designOf = ({ rows, features, inputs }: Samples): number[][] => {
    const column = (f: number) => Array.from({ length: rows }, (_, i) => inputs[i * features + f]!)
    const mean = (v: number[]) => v.reduce((a, b) => a + b, 0) / v.length
    const stats = Array.from({ length: features }, (_, f) => {
      const [own, m] = [column(f), mean(column(f))]
      return { m, s: Math.sqrt(mean(own.map((x) => (x - m) ** 2))) }
    })
    return Array.from({ length: rows }, (_, i) => [
      1,
      ...stats.map(({ m, s }, f) => (inputs[i * features + f]! - m) / s),
    ])
  }

  /** The weights of a ridge whose intercept is free. */
  const fit = (x: number[][], y: number[], lambda: number) => {
    const width = x[0]!.length
    const gram = Array.from({ length: width }, (_, a) =>
      Array.from(
        { length: width },
        (_, b) => x.reduce((s, row) => s + row[a]! * row[b]!, 0) + (a === b && a > 0 ? lambda : 0),
      ),
    )
    return solved(
      gram,
      Array.from({ length: width }, (_, a) => x.reduce((s, row, i) => s + row[a]! * y[i]!, 0)),
    )
  }

  test.each([
    ['fewer rows than features', 7, 12],
    ['fewer features than rows', 15, 4],
  ])('with %s has the error of leaving out each row, and the fit of all', (_, rows, features) => {
    const own = samples(rows, features)
    const design = designOf(own)
    const y = (o: number) => Array.from({ length: rows }, (_, i) => own.targets[i * 2 + o]!)
    const at = (weights: number[], row: number[]) => weights.reduce((s, w, k) => s + w * row[k]!, 0)
    for (const lambda of [0.05, 2, 40]) {
      let error = 0
      for (let i = 0; i < rows; i++)
        for (const o of [0, 1]) {
          const without = <T>(all: T[]) => all.filter((_, k) => k !== i)
          error += (y(o)[i]! - at(fit(without(design), without(y(o)), lambda), design[i]!)) ** 2
        }
      const found = ridge(own, [lambda])
      expect(found.looError).toBeCloseTo(error / rows, 3)
      const predicted = predictLinear(found, own.inputs)
      for (const o of [0, 1]) {
        const weights = fit(design, y(o), lambda)
        design.forEach((row, i) => expect(predicted[i * 2 + o]).toBeCloseTo(at(weights, row), 3))
      }
    }
  })

  test('takes the λ of the least such error', () => {
    const own = samples(15, 4)
    const errors = lambdas.map((lambda) => ridge(own, [lambda]).looError)
    const { lambda, looError } = ridge(own)
    expect(looError).toBe(Math.min(...errors))
    expect(lambda).toBe(lambdas[errors.indexOf(looError)])
    expect(lambdas[0]).toBeCloseTo(1e-3)
    expect(lambdas.at(-1)).toBeCloseTo(1e3)
  })

  test('does without a feature that never changes', () => {
    const own = samples(15, 4)
    const inputs = own.inputs.map((x, i) => (i % 4 === 2 ? 0.1 : x))
    expect(ridge({ ...own, inputs }).weights.every(Number.isFinite)).toBe(true)
  })
})
