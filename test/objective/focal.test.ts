import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { focalLoss, lossNamed, lossNameOf } from '../../src/objective/focal.js'
import { losses } from '../../src/objective/losses.js'
import { numericGradient, relativeError } from '../helpers/numeric.js'

const outputs = Float32Array.of(0.3, -1.2, 2.5, 0.1, 0.9, -0.4)
const classes = [0, 2]

/** The mean of −(1 − q)^γ log q. */
const formula = (gamma: number) => (o: ArrayLike<number>) =>
  classes
    .map((target, row) => {
      const powers = [0, 1, 2].map((c) => Math.exp(o[row * 3 + c]!))
      const q = powers[target]! / powers.reduce((sum, each) => sum + each, 0)
      return -((1 - q) ** gamma) * Math.log(q)
    })
    .reduce((sum, each) => sum + each / 2, 0)

describe.each([0.5, 1, 2])('the focal loss with γ = %d', (gamma) => {
  const loss = (o: tf.Tensor) => focalLoss(gamma)(o as tf.Tensor2D, tf.tensor1d(classes))

  it('has the value of its formula', () => {
    const got = tf.tidy(() => loss(tf.tensor(outputs, [2, 3])).dataSync()[0]!)
    expect(got).toBeCloseTo(formula(gamma)(outputs), 5)
  })

  it('has the gradient of finite differences', () => {
    const got = tf.tidy(() =>
      tf
        .grad(loss)(tf.tensor(outputs, [2, 3]))
        .dataSync<'float32'>()
        .slice(),
    )
    expect(relativeError(got, numericGradient(formula(gamma), outputs, 5e-5))).toBeLessThan(1e-3)
  })
})

it('a focal loss is found by its name in other threads, as those of the registry are', () => {
  expect(lossNamed(lossNameOf(focalLoss(1.5))!)).toBe(focalLoss(1.5))
  expect(lossNamed(lossNameOf(losses.mse)!)).toBe(losses.mse)
})
