import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../../src/backend/index.js'
import { randomSource } from '../../src/base/random.js'
import { batchNormGradient, batchStatistics, normalise } from '../../src/nn/functions/batch-norm.js'
import * as conv from '../../src/nn/functions/conv.js'
import {
  dense,
  denseBiasGradient,
  denseInputGradient,
  denseKernelGradient,
} from '../../src/nn/functions/dense.js'
import { avgPool, avgPoolGradient, maxPool, maxPoolGradient } from '../../src/nn/functions/pool.js'
import { samePadding, type Pair } from '../../src/nn/functions/spatial.js'
import { gateGradients, scaledBy, weightedSum } from '../../src/nn/functions/weighted-sum.js'
import { backendsThatLoad } from '../helpers/backends.js'
import { tensorCounter } from '../setup/tensors.js'

const random = randomSource(7)
const draw = (part: string, shape: number[]): Float64Array => {
  const stream = random.stream('ops', part)
  return Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => Math.fround(stream.normal()))
}
const error = (got: ArrayLike<number>, want: Float64Array): number => {
  let difference = 0
  let norm = 0
  want.forEach((w, i) => {
    difference += (got[i]! - w) ** 2
    norm += w * w
  })
  return Math.sqrt(difference / Math.max(norm, 1e-30))
}

/** Calls back for each pair (input position, tap, output position) of a `same` window. */
function eachTap(
  [n, h, w]: number[],
  { kernel, stride, dilation }: (typeof windows)[number],
  visit: (input: number, tap: number, output: number) => void,
): number[] {
  const v = samePadding(h!, kernel[0], stride[0], dilation[0])
  const u = samePadding(w!, kernel[1], stride[1], dilation[1])
  for (let b = 0; b < n!; b++)
    for (let o = 0; o < v.out; o++)
      for (let p = 0; p < u.out; p++)
        for (let i = 0; i < kernel[0]; i++)
          for (let j = 0; j < kernel[1]; j++) {
            const y = o * stride[0] + i * dilation[0] - v.before
            const x = p * stride[1] + j * dilation[1] - u.before
            if (y >= 0 && y < h! && x >= 0 && x < w!)
              visit((b * h! + y) * w! + x, i * kernel[1] + j, (b * v.out + o) * u.out + p)
          }
  return [n!, v.out, u.out]
}

const pair = (value: number): Pair => [value, value]
const square = (kernel: number, stride: number, dilation: number) => ({
  kernel: pair(kernel),
  stride: pair(stride),
  dilation: pair(dilation),
})
/** Along the columns alone, as over a series. */
const flat = (kernel: number, stride: number, dilation: number) => ({
  kernel: [1, kernel] as Pair,
  stride: [1, stride] as Pair,
  dilation: [1, dilation] as Pair,
})

const windows = [
  square(1, 1, 1),
  square(1, 2, 1),
  square(3, 1, 1),
  square(3, 2, 1),
  square(3, 1, 2),
  square(3, 2, 2),
  square(5, 1, 1),
  square(5, 2, 1),
  square(5, 1, 2),
  flat(3, 1, 1),
  flat(3, 2, 1),
  flat(5, 1, 4),
  flat(3, 2, 4),
  flat(4, 3, 2),
]
const shapes = [
  [2, 8, 8, 4],
  [1, 7, 5, 3],
  [3, 4, 9, 1],
  [2, 1, 13, 5],
]

const loading = await backendsThatLoad(['wasm', 'cpu', 'tensorflow'])

describe.each(loading)('operations on %s', (backend) => {
  beforeAll(() => useBackend(backend))

  describe.each(shapes)('on [%i, %i, %i, %i]', (...shape) => {
    const channels = shape[3]!
    describe.each(windows)('window %o', (window) => {
      const k2 = window.kernel[0] * window.kernel[1]
      const x = draw('x', shape)
      const [, oh, ow] = eachTap(shape, window, () => undefined) as [number, number, number]

      it('conv2d and its gradients match a float64 reference', () => {
        const outputs = 5
        const kernel = draw('kernel', [k2, channels, outputs])
        const dy = draw('dy', [shape[0]!, oh, ow, outputs])
        const y = new Float64Array(dy.length)
        const dx = new Float64Array(x.length)
        const dw = new Float64Array(kernel.length)
        eachTap(shape, window, (input, tap, output) => {
          for (let c = 0; c < channels; c++)
            for (let d = 0; d < outputs; d++) {
              const weight = (tap * channels + c) * outputs + d
              y[output * outputs + d]! += x[input * channels + c]! * kernel[weight]!
              dx[input * channels + c]! += dy[output * outputs + d]! * kernel[weight]!
              dw[weight]! += dy[output * outputs + d]! * x[input * channels + c]!
            }
        })
        const got = gradients(
          ([a, b], d) => [
            conv.conv2d(a!, b!, window),
            conv.conv2dInputGradient(d, b!, a!.shape, window),
            conv.conv2dFilterGradient(a!, d, window),
          ],
          [
            [x, shape],
            [kernel, [...window.kernel, channels, outputs]],
          ],
          [dy, [shape[0]!, oh, ow, outputs]],
        )
        expect(error(got[0]!, y)).toBeLessThan(1e-5)
        expect(error(got[1]!, dx)).toBeLessThan(1e-5)
        expect(error(got[2]!, dw)).toBeLessThan(1e-5)
      })

      it('depthwiseConv2d and its gradients match a float64 reference', () => {
        const kernel = draw('kernel', [k2, channels])
        const dy = draw('dy', [shape[0]!, oh, ow, channels])
        const y = new Float64Array(dy.length)
        const dx = new Float64Array(x.length)
        const dw = new Float64Array(kernel.length)
        eachTap(shape, window, (input, tap, output) => {
          for (let c = 0; c < channels; c++) {
            y[output * channels + c]! += x[input * channels + c]! * kernel[tap * channels + c]!
            dx[input * channels + c]! += dy[output * channels + c]! * kernel[tap * channels + c]!
            dw[tap * channels + c]! += dy[output * channels + c]! * x[input * channels + c]!
          }
        })
        const got = gradients(
          ([a, b], d) => [
            conv.depthwiseConv2d(a!, b!, window),
            conv.depthwiseInputGradient(d, b!, a!.shape, window),
            conv.depthwiseFilterGradient(a!, d, window),
          ],
          [
            [x, shape],
            [kernel, [...window.kernel, channels, 1]],
          ],
          [dy, [shape[0]!, oh, ow, channels]],
        )
        expect(error(got[0]!, y)).toBeLessThan(1e-5)
        expect(error(got[1]!, dx)).toBeLessThan(1e-5)
        expect(error(got[2]!, dw)).toBeLessThan(1e-5)
      })

      if (Math.max(...window.dilation) === 1)
        it('pooling and its gradients match a float64 reference', () => {
          const dy = draw('dy', [shape[0]!, oh, ow, channels])
          const counts = new Float64Array(shape[0]! * oh * ow)
          eachTap(shape, window, (_input, _tap, output) => counts[output]!++)
          const average = new Float64Array(dy.length)
          const dAverage = new Float64Array(x.length)
          const highest = new Float64Array(dy.length).fill(-Infinity)
          const winner = new Int32Array(dy.length)
          eachTap(shape, window, (input, _tap, output) => {
            for (let c = 0; c < channels; c++) {
              const [from, to] = [input * channels + c, output * channels + c]
              average[to]! += x[from]! / counts[output]!
              dAverage[from]! += dy[to]! / counts[output]!
              if (x[from]! > highest[to]!) [highest[to], winner[to]] = [x[from]!, from]
            }
          })
          const dMax = new Float64Array(x.length)
          winner.forEach((from, to) => (dMax[from]! += dy[to]!))
          const upstream: [Float64Array, number[]] = [dy, [shape[0]!, oh, ow, channels]]
          const avg = gradients(
            ([a], d) => [avgPool(a!, window), avgPoolGradient(d, a!.shape, window)],
            [[x, shape]],
            upstream,
          )
          expect(error(avg[0]!, average)).toBeLessThan(1e-5)
          expect(error(avg[1]!, dAverage)).toBeLessThan(1e-5)
          const max = gradients(
            ([a], d) => {
              const y = maxPool(a!, window)
              return [y, maxPoolGradient(d, a!, y, window)]
            },
            [[x, shape]],
            upstream,
          )
          expect(error(max[0]!, highest)).toBeLessThan(1e-5)
          expect(error(max[1]!, dMax)).toBeLessThan(1e-5)
        })
    })
  })

  /** The value and the gradients that an operation computes, as arrays; leaves no tensor behind. */
  function gradients<T extends tf.Tensor = tf.Tensor4D>(
    compute: (inputs: T[], dy: T) => tf.Tensor[],
    inputs: [Float64Array, number[]][],
    [dy, dyShape]: [Float64Array, number[]],
  ): Float32Array[] {
    const newTensors = tensorCounter()
    const result = tf.tidy(() => {
      const tensors = inputs.map(([values, shape]) => tf.tensor(Float32Array.from(values), shape))
      const all = compute(tensors as T[], tf.tensor(Float32Array.from(dy), dyShape) as T)
      return all.map((t) => t.dataSync().slice() as Float32Array)
    })
    expect(newTensors()).toBe(0)
    return result
  }

  describe('batch norm', () => {
    it('normalises with mean/std = 10³ and differentiates like the formula in float64', () => {
      const [rows, channels] = [24, 3]
      const x = draw('bn', [rows, channels]).map((v) => Math.fround(v + 1000))
      const dy = draw('bn-dy', [rows, channels])
      const scale = draw('bn-scale', [channels])
      const offset = draw('bn-offset', [channels])
      const y = new Float64Array(x.length)
      const dx = new Float64Array(x.length)
      const dScale = new Float64Array(channels)
      for (let c = 0; c < channels; c++) {
        const column = (values: Float64Array) =>
          Array.from({ length: rows }, (_, r) => values[r * channels + c]!)
        const mean = column(x).reduce((a, b) => a + b) / rows
        const variance = column(x).reduce((a, b) => a + (b - mean) ** 2, 0) / rows
        const inverse = 1 / Math.sqrt(variance + 1e-5)
        const hat = column(x).map((v) => (v - mean) * inverse)
        const d = column(dy).map((v) => v * scale[c]!)
        const meanD = d.reduce((a, b) => a + b) / rows
        const meanDHat = d.reduce((a, b, r) => a + b * hat[r]!, 0) / rows
        hat.forEach((value, r) => {
          y[r * channels + c] = value * scale[c]! + offset[c]!
          dx[r * channels + c] = inverse * (d[r]! - meanD - value * meanDHat)
          dScale[c]! += column(dy)[r]! * value
        })
      }
      const got = gradients<tf.Tensor>(
        ([a, b, c], d) => {
          const statistics = batchStatistics(a!)
          const affine = { scale: b as tf.Tensor1D, offset: c as tf.Tensor1D }
          const { dx, dScale, dOffset } = batchNormGradient(a!, d, statistics, affine.scale)
          return [normalise(a!, statistics, affine), dx, dScale, dOffset]
        },
        [
          [x, [rows, channels]],
          [scale, [channels]],
          [offset, [channels]],
        ],
        [dy, [rows, channels]],
      )
      expect(error(got[0]!, y)).toBeLessThan(1e-3)
      expect(error(got[1]!, dx)).toBeLessThan(1e-3)
      expect(error(got[2]!, dScale)).toBeLessThan(1e-3)
    })
  })

  it('the weighted sum’s gate gradient is the inner product of dy and each input', () => {
    const [a, b, dy] = [draw('a', [2, 3]), draw('b', [2, 3]), draw('dy', [2, 3])]
    const g = Float64Array.from([0.25, 0.75])
    const got = gradients<tf.Tensor>(
      ([x0, x1, weights], d) => {
        const gates = weights as tf.Tensor1D
        const xs = [x0!, x1!]
        return [weightedSum(xs, gates), ...xs.map((_, m) => scaledBy(d, gates, m)), gateGradients(xs, d)]
      },
      [
        [a, [2, 3]],
        [b, [2, 3]],
        [g, [2]],
      ],
      [dy, [2, 3]],
    )
    const dot = (u: Float64Array) => u.reduce((sum, v, i) => sum + v * dy[i]!, 0)
    expect(
      error(
        got[0]!,
        a.map((v, i) => 0.25 * v + 0.75 * b[i]!),
      ),
    ).toBeLessThan(1e-6)
    expect(
      error(
        got[1]!,
        dy.map((v) => 0.25 * v),
      ),
    ).toBeLessThan(1e-6)
    expect(error(got[3]!, Float64Array.from([dot(a), dot(b)]))).toBeLessThan(1e-6)
  })

  it('dense matches a float64 reference', () => {
    const [x, w, b, dy] = [draw('x', [4, 3]), draw('w', [3, 2]), draw('b', [2]), draw('dy', [4, 2])]
    const got = gradients<tf.Tensor2D>(
      ([x0, w0, b0], d) => [
        dense(x0!, w0!, b0 as unknown as tf.Tensor1D),
        denseInputGradient(d, w0!),
        denseKernelGradient(x0!, d),
        denseBiasGradient(d),
      ],
      [
        [x, [4, 3]],
        [w, [3, 2]],
        [b, [2]],
      ],
      [dy, [4, 2]],
    )
    const dw = new Float64Array(6)
    for (let n = 0; n < 4; n++)
      for (let i = 0; i < 3; i++) for (let o = 0; o < 2; o++) dw[i * 2 + o]! += x[n * 3 + i]! * dy[n * 2 + o]!
    expect(error(got[2]!, dw)).toBeLessThan(1e-6)
    expect(
      error(
        got[3]!,
        Float64Array.from([0, 1].map((o) => [0, 1, 2, 3].reduce((s, n) => s + dy[n * 2 + o]!, 0))),
      ),
    ).toBeLessThan(1e-6)
  })
})
