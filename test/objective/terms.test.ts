import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../../src/backend/index.js'
import { randomSource } from '../../src/base/random.js'
import type { Term } from '../../src/objective/terms/types.js'
import { terms } from '../../src/registry.js'
import type { GateGroup } from '../../src/supernet/types.js'
import { relaxations } from '../../src/supernet/relaxation.js'
import { minimiser, numericGradient, relativeError } from '../helpers/numeric.js'
import { normals } from '../helpers/networks.js'
import { bytesOf, imageData, onePhase, searched, tinyCells, trialOf } from '../helpers/trials.js'

beforeAll(() => useBackend('wasm'))

const sum = (values: ArrayLike<number>, f: (v: number) => number) =>
  Array.from(values).reduce((total, value) => total + f(value), 0)

/** What every term must be, written out in float64: a new term gets a line here. */
const formulas: Record<
  string,
  { weights?: (w: ArrayLike<number>) => number; gates?: (g: ArrayLike<number>, group: GateGroup) => number }
> = {
  l1: { weights: (w) => sum(w, Math.abs), gates: (g) => sum(g, Math.abs) },
  parameters: {
    gates: (g, { members, kind, total }) =>
      members.reduce((sum, { parameters }, i) => sum + (g[i]! * parameters) / 1000, 0) /
      (kind === 'units' ? 1 : total),
  },
  l2: { weights: (w) => sum(w, (v) => (v * v) / 2) },
  entropy: { gates: (g, { total }) => -sum(g, (v) => (v > 0 ? (v / total) * Math.log(v / total) : 0)) },
}

const weights = normals(randomSource(1), 'w', 24)
const shape = [2, 3, 4]
const groups = (
  [
    ['operations', 1],
    ['inputs', 2],
    ['units', 5],
  ] as const
).map(([kind, total]): GateGroup => ({
  name: 'edge',
  layer: 'cell0',
  kind,
  members: ['a', 'b', 'c', 'd', 'e'].map((name, i) => ({ name, parameters: 90 * i * i })),
  total,
  keep: { min: total, max: total },
}))
/** Mixture weights on a group's simplex. */
const mixtureOf = ({ total }: GateGroup) => Float32Array.of(0.4, 0.1, 0.25, 0.2, 0.05).map((v) => v * total)
const valueOf = (f: () => tf.Scalar): number => tf.tidy(() => f().dataSync()[0]!)
const numbersOf = (f: () => tf.Tensor): Float32Array => tf.tidy(() => f().dataSync<'float32'>().slice())

it('every term has a formula to be held against, and a sentence about itself', () => {
  expect(Object.keys(formulas).sort()).toEqual(terms.map(({ name }) => name).sort())
  for (const { name, description } of terms) expect(description.length, name).toBeGreaterThan(20)
})

it('every term acts on some part', () => {
  for (const term of terms) expect(Boolean(term.weights ?? term.gates), term.name).toBe(true)
})

const on = (part: 'weights' | 'gates') =>
  terms.filter((term) => term[part]).map((term): [string, Term] => [term.name, term])

describe.each(on('weights'))('%s on weights', (name, term) => {
  const action = term.weights!
  const formula = formulas[name]!.weights!

  it('has the value of its formula', () => {
    const value = valueOf(() => action.value(tf.tensor(weights, shape)))
    expect(Math.abs(value / formula(weights) - 1)).toBeLessThan(1e-5)
  })

  it('acts: by a gradient or by a proximal operator', () => {
    expect('gradient' in action || 'proximal' in action).toBe(true)
  })

  if (action.gradient)
    it('has the gradient of finite differences', () => {
      const got = numbersOf(() => action.gradient!(tf.tensor(weights, shape)))
      expect(relativeError(got, numericGradient(formula, weights))).toBeLessThan(1e-4)
    })

  if (action.proximal)
    it.each([0, 0.05, 0.6, 10])('its proximal operator minimises ½‖v − w‖² + %f R(v)', (strength) => {
      const got = numbersOf(() => action.proximal!(tf.tensor(weights, shape), strength))
      weights.forEach((w, i) => {
        const best = minimiser((v) => (v - w) ** 2 / 2 + strength * formula([v]), -5, 5)
        expect(Math.abs(got[i]! - best)).toBeLessThan(1e-5)
      })
    })
})

describe.each(on('gates'))('%s on gates', (name, term) => {
  const action = term.gates!
  const formula = formulas[name]!.gates!

  it('has the value of its formula', () => {
    for (const group of groups) {
      const mixture = mixtureOf(group)
      const value = valueOf(() => action.value(tf.tensor1d(mixture), group))
      expect(Math.abs(value / formula(mixture, group) - 1)).toBeLessThan(1e-5)
    }
  })

  it('is finite where a gate is 0', () => {
    const group = groups[0]!
    const value = (g: tf.Tensor) => action.value(g as tf.Tensor1D, group)
    const gates = [0, 0.5, 0, 0.5, 0]
    expect(Number.isFinite(valueOf(() => value(tf.tensor1d(gates))))).toBe(true)
    if (!action.proximal)
      expect(numbersOf(() => tf.grad(value)(tf.tensor1d(gates))).every(Number.isFinite)).toBe(true)
  })

  if (!action.proximal)
    it.each(Object.values(relaxations).filter((r) => !action.refused[r.name]))(
      'has the gradient of finite differences through relaxation $name',
      (relaxation) => {
        for (const group of groups) {
          const alpha = relaxation.initial(group, randomSource(2), 0.5)
          const got = numbersOf(() =>
            tf.grad((a) => action.value(relaxation.weights(a as tf.Tensor1D, group), group))(
              tf.tensor1d(alpha),
            ),
          )
          const value = (a: Float32Array) =>
            formula(
              numbersOf(() => relaxation.weights(tf.tensor1d(a), group)),
              group,
            )
          expect(relativeError(got, numericGradient(value, alpha, 5e-3))).toBeLessThan(2e-3)
        }
      },
    )

  if (action.proximal)
    it.each([0, 0.03, 0.2, 3])(
      'its proximal operator minimises ½‖v − z‖² + %f R(v) over v ≥ 0',
      (strength) => {
        const z = Float32Array.of(0.4, -0.2, 0.1, 0, 0.9)
        const got = numbersOf(() => action.proximal!(tf.tensor1d(z), tf.scalar(strength)))
        z.forEach((value, i) => {
          const best = minimiser((v) => (v - value) ** 2 / 2 + strength * formula([v], groups[0]!), 0, 5)
          expect(Math.abs(got[i]! - best)).toBeLessThan(1e-5)
          if (value <= strength) expect(got[i]).toBe(0)
        })
      },
    )

  it('gives a reason for each relaxation that it refuses', () => {
    for (const [relaxation, reason] of Object.entries(action.refused)) {
      expect(Object.keys(relaxations)).toContain(relaxation)
      expect(reason.length).toBeGreaterThan(20)
    }
    expect(Object.keys(action.refused).length).toBeLessThan(Object.keys(relaxations).length)
  })
})

describe('a term with λ 0', () => {
  const parts = (['weights', 'gates'] as const).flatMap((part) =>
    on(part).map(([name]) => [name, part] as const),
  )

  it.each(parts)('%s on %s changes no bit of a search', async (term, part) => {
    const run = async (entries: object[]) => {
      const trial = trialOf(imageData(), tinyCells(), {
        schedule: onePhase(entries),
        search: { epochs: 1, gates: { learningRate: 0.1 } },
      })
      const { model } = await searched(trial)
      const bytes = bytesOf(model)
      model.dispose()
      return bytes
    }
    const without = await run([])
    expect(await run([{ term, part, lambda: 0 }])).toEqual(without)
    expect(await run([{ term, part, lambda: 0.1 }])).not.toEqual(without)
  })
})
