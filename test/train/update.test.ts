import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { graphBuilder } from '../../src/nn/builder.js'
import { ParameterStore } from '../../src/nn/parameter-store.js'
import { entropy } from '../../src/objective/terms/entropy.js'
import { l1 } from '../../src/objective/terms/l1.js'
import { l2 } from '../../src/objective/terms/l2.js'
import type { LayerGates, Term } from '../../src/objective/terms/types.js'
import { relaxations } from '../../src/supernet/relaxations/index.js'
import type { GateGroup } from '../../src/supernet/types.js'
import { tensorCounter, tensorsMayStay } from '../setup/tensors.js'
import { optimizer } from '../../src/train/optimizer.js'
import { clipScale } from '../../src/train/clip.js'
import { updateStatistics } from '../../src/train/statistics.js'
import { type WeightedTerm, smoothGateGradients, stepWeights } from '../../src/train/update.js'

const group = (members: number, min: number, max = min, total = min): GateGroup => ({
  name: 'g',
  layer: 'cell',
  kind: 'inputs',
  members: Array.from({ length: members }, (_, i) => ({ name: String(i) })),
  total,
  keep: { min, max },
})

describe('smooth terms on gates', () => {
  const gradientOf = (terms: readonly WeightedTerm[]) =>
    tf.tidy(() => {
      const alpha = tf.tensor1d([0.7, 0.3])
      const of = group(2, 1)
      const layer = {
        groups: [of],
        alpha: () => alpha,
        mixture: () => relaxations.gates.weights(alpha, of),
      } as unknown as LayerGates
      const gradient = smoothGateGradients(layer, ['g'], terms).get('g')
      return gradient ? [...gradient.dataSync()] : undefined
    })

  it('have no gradient where there are none', () => {
    expect(gradientOf([])).toBeUndefined()
    expect(gradientOf([{ term: l1, lambda: 1 }])).toBeUndefined()
  })

  it.each([
    [({ mixture }: LayerGates) => mixture('g'), 'a tensor of shape [2]'],
    [() => 1, 'number'],
    [() => undefined, 'nothing'],
  ])('must be scalars: %s', (value, got) => {
    const own = { name: 'own', description: '', gates: { value } } as unknown as Term
    expect(() => gradientOf([{ term: own, lambda: 1 }])).toThrow(
      `term own: value on gates: expected a scalar tensor, got ${got}`,
    )
    tensorsMayStay()
  })

  it('add their gradients, each times its λ', () => {
    const [once] = gradientOf([{ term: entropy, lambda: 0.5 }])!
    const [twice] = gradientOf([
      { term: entropy, lambda: 0.5 },
      { term: entropy, lambda: 1 },
    ])!
    // ∂H/∂g₀ of g/Σg at [0.7, 0.3]: 0.3 · ln(0.3/0.7).
    expect(once).toBeCloseTo(0.5 * 0.3 * Math.log(0.3 / 0.7), 5)
    expect(twice).toBeCloseTo(3 * once!, 5)
  })
})

describe('a step of a weight', () => {
  const values = [0.5, -0.01, 0.02, -2]
  const stepOnce = (terms: WeightedTerm[]) => {
    const b = graphBuilder([2], 'l')
    b.output('task', b.dense(b.input, 2))
    const store = ParameterStore.of(b.graph(), randomSource(1))
    store.set('dense:kernel', tf.tensor2d(values, [2, 2]))
    const rule = optimizer({ optimizer: 'sgd', momentum: 0, beta2: 0.999 })
    const gradient = tf.tensor2d([1, 0, 0, 1], [2, 2])
    const newTensors = tensorCounter()
    const gradients = {
      losses: {},
      weights: new Map([['dense:kernel', gradient]]),
      alphas: new Map(),
      statistics: new Map(),
    }
    stepWeights(store, gradients, {
      optimizer: rule,
      learningRate: 0.1,
      clipNorm: undefined,
      terms: () => terms,
    })
    expect(newTensors()).toBe(1)
    const result = [...store.values().get('dense:kernel')!]
    gradient.dispose()
    rule.dispose()
    store.dispose()
    return result
  }
  const expectClose = (got: number[], wanted: number[]) =>
    wanted.forEach((value, i) => expect(got[i]).toBeCloseTo(value, 6))

  it('adds smooth terms to the gradient', () => {
    expectClose(stepOnce([{ term: l2, lambda: 0.2 }]), [0.5 - 0.1 * 1.1, -0.0098, 0.0196, -2 - 0.1 * 0.6])
  })

  it('calls gradients and proximal operators of terms that the optimizer does not know', () => {
    const unknown = (term: Term): Term => {
      const { form, ...weights } = term.weights!
      expect(form).toBeDefined()
      return { ...term, weights }
    }
    for (const [term, lambda] of [
      [l2, 0.2],
      [l1, 0.5],
    ] as const)
      expectClose(stepOnce([{ term: unknown(term), lambda }]), stepOnce([{ term, lambda }]))
  })

  it('applies proximal terms after the step, with strength η λ, to exact zeros', () => {
    const got = stepOnce([{ term: l1, lambda: 0.5 }])
    expectClose(got, [0.35, 0, 0, -2.05])
    expect(got.slice(1, 3).map(Math.abs)).toEqual([0, 0])
  })
})

it('moving averages go a tenth of the way to the batch’s statistics', () => {
  const b = graphBuilder([2], 'l')
  b.output('task', b.batchNorm(b.input))
  const store = ParameterStore.of(b.graph(), randomSource(1))
  const observed = { mean: tf.tensor1d([10, 0]), variance: tf.tensor1d([3, 1]) }
  updateStatistics(store, new Map([['batch-norm', observed]]))
  const values = store.values()
  expect(values.get('batch-norm:mean')![0]).toBeCloseTo(1, 6)
  expect(values.get('batch-norm:variance')![0]).toBeCloseTo(1.2, 6)
  tf.dispose([observed.mean, observed.variance])
  store.dispose()
})

it('clipping scales the whole gradient to its largest norm, and leaves a smaller one alone', () => {
  const weights = new Map<string, tf.Tensor>([
    ['a', tf.tensor1d([3, 0])],
    ['b', tf.tensor1d([4])],
  ])
  const gradients = { losses: {}, weights, alphas: new Map(), statistics: new Map() }
  const scale = (limit?: number) =>
    tf.tidy(() => {
      const found = clipScale(gradients, limit)
      return typeof found === 'object' ? found.dataSync()[0] : found
    })
  expect(scale(1)).toBeCloseTo(0.2, 6)
  expect(scale(10)).toBe(1)
  expect(scale()).toBeUndefined()
  tf.dispose([...weights.values()])
})

it.each(['gradient', 'proximal'])('a %s of another shape than its weight is refused', (key) => {
  const b = graphBuilder([2], 'layer')
  b.output('task', b.dense(b.input, 2))
  const store = ParameterStore.of(b.graph(), randomSource(1))
  const gradient = tf.zeros([2, 2])
  const of = new Map([['dense:kernel', gradient]])
  const gradients = { losses: {}, weights: of, alphas: new Map(), statistics: new Map() }
  const value = (w: tf.Tensor) => tf.sum(w)
  const own = { name: 'own', description: '', weights: { value, [key]: value } } as unknown as Term
  const step = {
    optimizer: optimizer({ optimizer: 'sgd', momentum: 0, beta2: 0.999 }),
    learningRate: 0.1,
    clipNorm: undefined,
    terms: () => [{ term: own, lambda: 1 }],
  }
  expect(() => stepWeights(store, gradients, step)).toThrow(
    `term own: ${key} on dense:kernel: expected a tensor of shape [2, 2], got a scalar tensor`,
  )
  gradient.dispose()
  store.dispose()
  tensorsMayStay()
})
