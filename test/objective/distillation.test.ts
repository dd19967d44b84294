import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { distilled } from '../../src/objective/distillation.js'
import { losses } from '../../src/objective/losses.js'
import { numericGradient, relativeError } from '../helpers/numeric.js'

const outputs = Float32Array.of(0.3, -1.2, 2.5, 0.1, 0.9, -0.4)
const taught = [1.1, -0.7, 0.4, -2, 0.2, 1.5]
const softmax = (logits: readonly number[]) => {
  const powers = logits.map(Math.exp)
  const total = powers.reduce((a, b) => a + b)
  return powers.map((power) => power / total)
}
const rowOf = (values: ArrayLike<number>, row: number) => [0, 1, 2].map((c) => values[row * 3 + c]!)

/** Σ_rows of (1 − s) CE(class) + s T² CE(teacher at T), over N. */
function ofClasses(classes: readonly number[], share: number, temperature: number) {
  return (o: ArrayLike<number>) => {
    const at = (values: ArrayLike<number>, row: number, t: number) =>
      softmax(rowOf(values, row).map((z) => z / t))
    const losses = classes.map((target, row) => {
      const [mine, theirs] = [at(o, row, temperature), at(taught, row, temperature)]
      const match = -theirs.reduce((sum, p, c) => sum + p * Math.log(mine[c]!), 0)
      return -(1 - share) * Math.log(at(o, row, 1)[target]!) + share * temperature ** 2 * match
    })
    return losses.reduce((a, b) => a + b) / classes.length
  }
}

/** Value and gradient at the outputs. */
function found(
  name: 'cross-entropy' | 'mse',
  targets: readonly number[],
  share: number,
  temperature: number,
) {
  return tf.tidy(() => {
    const teacher = tf.tensor2d(taught, [2, 3])
    const loss = distilled(losses[name], { share, temperature }, teacher)
    const of = (o: tf.Tensor) => loss(o as tf.Tensor2D, tf.tensor1d([...targets]))
    const { value, grad } = tf.valueAndGrad(of)(tf.tensor(outputs, [2, 3]))
    return { value: value.dataSync()[0]!, gradient: grad.dataSync<'float32'>().slice() }
  })
}

describe('distillation', () => {
  it.each([
    [0.9, 2],
    [0.5, 1],
    [1, 4],
  ])('of classes has the value of its formula and the gradient of finite differences: %d, %d', (share, t) => {
    const formula = ofClasses([2, 0], share, t)
    const { value, gradient } = found('cross-entropy', [2, 0], share, t)
    expect(Math.abs(value / formula(outputs) - 1)).toBeLessThan(1e-5)
    expect(relativeError(gradient, numericGradient(formula, outputs, 5e-5))).toBeLessThan(1e-3)
  })

  it('of classes pulls about as hard at any temperature, where logits are small', () => {
    const size = (temperature: number) =>
      Math.hypot(...found('cross-entropy', [2, 0], 1, temperature).gradient)
    expect(size(8) / size(16)).toBeGreaterThan(0.95)
    expect(size(8) / size(16)).toBeLessThan(1.05)
  })

  it('of numbers is the loss against targets that the teacher has its share in', () => {
    const targets = [0.1, 0.9, 2.4, -3, 0.8, -0.4]
    const mixed = targets.map((value, i) => 0.25 * value + 0.75 * taught[i]!)
    const { gradient } = found('mse', targets, 0.75, 2)
    expect(
      relativeError(
        gradient,
        Float32Array.from(mixed, (m, i) => (2 * (outputs[i]! - m)) / 6),
      ),
    ).toBeLessThan(1e-5)
  })

  it('keeps no tensors', () => {
    found('cross-entropy', [2, 0], 0.9, 2)
  })
})
