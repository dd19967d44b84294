import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import type { Part, Term } from '../../src/objective/terms/types.js'
import { terms } from '../../src/registry.js'
import { relaxations } from '../../src/supernet/relaxations/index.js'
import { numbersOf, total, valueOf } from '../helpers/gates.js'
import { normals } from '../helpers/networks.js'
import { minimiser, numericGradient, relativeError } from '../helpers/numeric.js'
import { bytesOf, imageData, onePhase, searched, tinyCells, trialOf } from '../helpers/trials.js'

const parts = ['weights', 'activations', 'gates'] as const
const sum = (values: ArrayLike<number>, f: (v: number, i: number) => number) => total(Array.from(values, f))

const weights = normals(randomSource(1), 'w', 24)
const initial = normals(randomSource(2), 'w', 24)
/** Every form of kernel: dense, wide and narrow; convolution; depthwise; and the bias of none. */
const shapes = [
  [6, 4],
  [3, 8],
  [2, 3, 4],
  [2, 2, 3, 2],
  [2, 2, 6, 1],
]

/** ‖Gram − I‖² / 4 of the shorter side of [size / out, out]. */
function orthogonality(w: ArrayLike<number>, shape: readonly number[]): number {
  const out = shape[shape.length - 1]!
  const fanIn = w.length / out
  if (shape.length > 2 && out === 1) return 0
  const at = (i: number, j: number) => w[i * out + j]!
  const [side, inner] = out > fanIn ? [fanIn, out] : [out, fanIn]
  const gram = (i: number, j: number) =>
    total(Array.from({ length: inner }, (_, k) => (out > fanIn ? at(i, k) * at(j, k) : at(k, i) * at(k, j))))
  return total(
    Array.from({ length: side * side }, (_, n) => {
      const [i, j] = [Math.floor(n / side), n % side]
      return (gram(i, j) - Number(i === j)) ** 2 / 4
    }),
  )
}

/** What every term must be, written out in float64: a new term gets a line here, or in gate-terms.test.ts. */
const onWeights: Record<string, (w: ArrayLike<number>, shape: readonly number[]) => number> = {
  l1: (w) => sum(w, Math.abs),
  l2: (w) => sum(w, (v) => (v * v) / 2),
  'distance-to-init': (w) => sum(w, (v, i) => (v - initial[i]!) ** 2 / 2),
  orthogonality,
}
const onActivations: Record<
  string,
  (h: ArrayLike<number>, moved: ArrayLike<number>, rows: number) => number
> = {
  'activation-l1': (h) => sum(h, Math.abs) / h.length,
  contractive: (h, moved, rows) => sum(h, (v, i) => ((moved[i]! - v) / 1e-2) ** 2) / rows,
}

const on = <P extends Part>(part: P) =>
  terms.filter((term) => term[part]).map((term): [string, NonNullable<Term[P]>] => [term.name, term[part]!])

it('every term has a formula to be held against, and a sentence about itself', () => {
  expect(Object.keys(onWeights).sort()).toEqual(
    on('weights')
      .map(([name]) => name)
      .sort(),
  )
  expect(Object.keys(onActivations).sort()).toEqual(
    on('activations')
      .map(([name]) => name)
      .sort(),
  )
  for (const { name, description } of terms) expect(description.length, name).toBeGreaterThan(20)
})

it('every term acts on some part', () => {
  for (const term of terms)
    expect(
      parts.some((part) => term[part]),
      term.name,
    ).toBe(true)
})

describe.each(on('weights'))('%s on weights', (name, action) => {
  const formula = onWeights[name]!
  const start = (shape: readonly number[]) => () => tf.tensor(initial, [...shape])

  it.each(shapes)('has the value of its formula on a kernel [%i, %i, …]', (...shape) => {
    const value = valueOf(() => action.value(tf.tensor(weights, shape), start(shape)))
    expect(Math.abs(value - formula(weights, shape))).toBeLessThanOrEqual(1e-5 * formula(weights, shape))
  })

  it('acts: by a gradient or by a proximal operator', () => {
    expect('gradient' in action || 'proximal' in action).toBe(true)
  })

  if (action.gradient)
    it.each(shapes)('has the gradient of finite differences on a kernel [%i, %i, …]', (...shape) => {
      const got = numbersOf(() => action.gradient!(tf.tensor(weights, shape), start(shape)))
      const want = numericGradient((w) => formula(w, shape), weights)
      if (Math.hypot(...want) > 0) expect(relativeError(got, want)).toBeLessThan(1e-4)
      else expect(Math.max(...got.map(Math.abs))).toBe(0)
    })

  if (action.proximal)
    it.each([0, 0.05, 0.6, 10])('its proximal operator minimises ½‖v − w‖² + %f R(v)', (strength) => {
      const got = numbersOf(() => action.proximal!(tf.tensor(weights, [6, 4]), strength))
      weights.forEach((w, i) => {
        const best = minimiser((v) => (v - w) ** 2 / 2 + strength * formula([v], [1]), -5, 5)
        expect(Math.abs(got[i]! - best)).toBeLessThan(1e-5)
      })
    })
})

it('orthogonality is 0 exactly where columns, or rows of a wide kernel, are orthonormal', () => {
  const term = terms.find(({ name }) => name === 'orthogonality')!.weights!
  const rotation = [Math.cos(0.4), -Math.sin(0.4), Math.sin(0.4), Math.cos(0.4)]
  for (const [values, shape] of [
    [rotation, [2, 2]],
    [
      [...rotation, 0, 0],
      [3, 2],
    ],
    [
      [1, 0, 0, 0, 0, 1],
      [2, 3],
    ],
  ] as const) {
    const none = () => tf.scalar(0)
    expect(valueOf(() => term.value(tf.tensor([...values], [...shape]), none))).toBeLessThan(1e-12)
    const twice = valueOf(() =>
      term.value(
        tf.tensor(
          values.map((v) => 2 * v),
          [...shape],
        ),
        none,
      ),
    )
    expect(twice).toBeCloseTo(2 * (9 / 4), 4)
  }
})

describe.each(on('activations'))('%s on activations', (name, action) => {
  const rows = 4
  const h = weights
  const moved = h.map((v, i) => v + 0.02 * initial[i]!)
  const formula = onActivations[name]!
  const tensors = () => [tf.tensor(h, [rows, 2, 3]), tf.tensor(moved, [rows, 2, 3])] as const

  it('has the value of its formula', () => {
    const value = valueOf(() => action.value(...tensors()))
    expect(Math.abs(value / formula(h, moved, rows) - 1)).toBeLessThan(1e-4)
  })

  it('has the gradients of finite differences', () => {
    const scale = action.probe === undefined ? [0] : [0, 1]
    for (const place of scale) {
      const at = [h, moved] as const
      const got = numbersOf(() => {
        const given = tensors()
        return tf.grad((x) =>
          action.value(...([place === 0 ? x : given[0], place === 1 ? x : given[1]] as const)),
        )(given[place]!)
      })
      const want = numericGradient(
        (values) => formula(place === 0 ? values : h, place === 1 ? values : moved, rows),
        at[place]!,
        1e-4,
      )
      expect(relativeError(got, want)).toBeLessThan(1e-3)
    }
  })
})

/** A relaxation on which a term acts, the default where it does. */
const relaxationOf = ({ gates }: Term, part: Part) =>
  part !== 'gates' || !gates!.refuses?.(relaxations.gates)
    ? 'gates'
    : gates!.refuses(relaxations.softmax)
      ? 'sigmoid'
      : 'softmax'

describe('a term with λ 0', () => {
  const cases = parts.flatMap((part) =>
    terms.filter((term) => term[part]).map((term) => [term.name, part, relaxationOf(term, part)] as const),
  )

  it.each(cases)(
    '%s on %s, relaxation %s, changes no bit of a search, and else some',
    async (term, part, relaxation) => {
      const run = async (entries: object[]) => {
        const trial = {
          ...trialOf(imageData(), tinyCells({ nodes: 2, operations: ['skip', 'dil-conv-3x3', 'conv-1x1'] }), {
            relaxation,
            schedule: onePhase(entries),
            search: { epochs: 1, gates: { travel: 20 } },
          }),
          latency: (_: unknown, member: string) => member.length,
        }
        const before = tf.memory().numTensors
        const { model } = await searched(trial)
        const bytes = bytesOf(model)
        model.dispose()
        expect(tf.memory().numTensors).toBe(before)
        return bytes
      }
      const without = await run([])
      expect(await run([{ term, part, lambda: 0 }])).toEqual(without)
      expect(await run([{ term, part, lambda: 0.1 }])).not.toEqual(without)
    },
  )
})
