import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { losses, reconstructionLoss, type LossName } from '../../src/objective/losses.js'
import { isBetter, metrics, type MetricName } from '../../src/objective/metrics.js'
import { numericGradient, relativeError } from '../helpers/numeric.js'

const outputs = Float32Array.of(0.3, -1.2, 2.5, 0.1, 0.9, -0.4)
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length
const errors = (o: ArrayLike<number>, t: number[]) => t.map((target, i) => o[i]! - target)
const targets = [0.1, 0.9, 2.4, -3, 0.8, -0.4001]

const formulas: Record<LossName, { targets: number[]; value: (o: ArrayLike<number>) => number }> = {
  'cross-entropy': {
    targets: [2, 0],
    value: (o) =>
      mean(
        [2, 0].map((target, row) => {
          const logits = [0, 1, 2].map((c) => o[row * 3 + c]!)
          return Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0)) - logits[target]!
        }),
      ),
  },
  'weighted-cross-entropy': {
    // Rows of three probabilities whose sums are the weights 0.5 and 4.
    targets: [0.1, 0.1, 0.3, 0, 3, 1],
    value: (o) =>
      mean(
        [0, 1].map((row) => {
          const [logits, shares] = [o, [0.1, 0.1, 0.3, 0, 3, 1]].map((of) =>
            [0, 1, 2].map((c) => of[row * 3 + c]!),
          )
          const total = Math.log(logits!.reduce((sum, z) => sum + Math.exp(z), 0))
          return shares!.reduce((sum, p, c) => sum + p * (total - logits![c]!), 0)
        }),
      ),
  },
  mse: { targets, value: (o) => mean(errors(o, targets).map((e) => e * e)) },
  mae: { targets, value: (o) => mean(errors(o, targets).map(Math.abs)) },
  huber: {
    targets,
    value: (o) => mean(errors(o, targets).map((e) => (Math.abs(e) < 1 ? (e * e) / 2 : Math.abs(e) - 0.5))),
  },
}

describe.each(Object.keys(losses) as LossName[])('%s', (name) => {
  const { targets: wanted, value } = formulas[name]
  const loss = (o: tf.Tensor) =>
    losses[name](
      o as tf.Tensor2D,
      name === 'weighted-cross-entropy' ? tf.tensor2d(wanted, [2, 3]) : tf.tensor1d(wanted),
    )

  it('has the value of its formula', () => {
    const got = tf.tidy(() => loss(tf.tensor(outputs, [2, 3])).dataSync()[0]!)
    expect(Math.abs(got / value(outputs) - 1)).toBeLessThan(1e-5)
  })

  it('has the gradient of finite differences', () => {
    const got = tf.tidy(() =>
      tf
        .grad(loss)(tf.tensor(outputs, [2, 3]))
        .dataSync<'float32'>()
        .slice(),
    )
    expect(relativeError(got, numericGradient(value, outputs, 5e-5))).toBeLessThan(1e-3)
  })
})

it('cross-entropy stays finite for logits of any size', () => {
  const value = tf.tidy(
    () => losses['cross-entropy'](tf.tensor2d([[1000, -1000]]), tf.tensor1d([1])).dataSync()[0]!,
  )
  expect(value).toBeCloseTo(2000, 0)
})

it('the reconstruction loss is the mean squared difference, whatever the input’s shape', () => {
  const value = tf.tidy(
    () =>
      reconstructionLoss(tf.tensor2d([[1, 2, 3, 4]]), tf.tensor4d([1, 2, 3, 6], [1, 2, 2, 1])).dataSync()[0]!,
  )
  expect(value).toBeCloseTo(1, 6)
})

describe('metrics', () => {
  it.each<[MetricName, number[], number[], number, number]>([
    ['accuracy', [0.1, 0.9, 0.8, 0.2, 0.4, 0.6], [1, 0, 0], 2, 2 / 3],
    ['cross-entropy', [0, 0, Math.log(3), 0], [1, 0], 2, (Math.log(2) + Math.log(4 / 3)) / 2],
    ['rmse', [1, 2, 3], [1, 4, 3], 1, Math.sqrt(4 / 3)],
    ['mae', [1, 2, 3], [1, 4, 2], 1, 1],
    ['r2', [1, 2, 3], [1, 2, 4], 1, 1 - 1 / (14 / 3)],
  ])('%s is what a hand computes', (name, predicted, wanted, width, value) => {
    const got = metrics[name].value(Float64Array.from(predicted), Float64Array.from(wanted), width)
    expect(got).toBeCloseTo(value, 6)
  })

  it('are better in their own direction, beyond a margin, and than nothing', () => {
    expect(isBetter('accuracy', 0.9, 0.8)).toBe(true)
    expect(isBetter('rmse', 0.9, 0.8)).toBe(false)
    expect(isBetter('rmse', 0.79, 0.8, 0.02)).toBe(false)
    expect(isBetter('rmse', 0.77, 0.8, 0.02)).toBe(true)
    expect(isBetter('accuracy', 0, null)).toBe(true)
    expect(isBetter('rmse', NaN, null)).toBe(false)
    expect(isBetter('rmse', NaN, 1)).toBe(false)
  })
})
