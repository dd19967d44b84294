import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { useBackend } from '../../src/backend/index.js'
import { InputError } from '../../src/base/errors.js'
import { randomSource } from '../../src/base/random.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { type Term, compileFor, resolveSchedule } from '../../src/index.js'
import { onVectors } from '../../src/nn/vectors.js'
import { terms } from '../../src/registry.js'
import { relaxationOf } from '../../src/setup/relaxation.js'
import { SupernetModel } from '../../src/supernet/model.js'
import { relaxations } from '../../src/supernet/relaxations/index.js'
import type { GroupDraws, Relaxation } from '../../src/supernet/relaxations/types.js'
import type { GateGroup } from '../../src/supernet/types.js'
import { batching } from '../../src/train/batching.js'
import { disposeGradients } from '../../src/train/gradient-memory.js'
import { batchGradients } from '../../src/train/gradients.js'
import { modelNetwork } from '../../src/train/network.js'
import { numbersOf, shares, total } from '../helpers/gates.js'
import { numericGradient, relativeError } from '../helpers/numeric.js'
import { bytesOf, imageData, modelOf, onePhase, searched, tinyCells, trialOf } from '../helpers/trials.js'
import { tensorCounter } from '../setup/tensors.js'

const group: GateGroup = {
  name: 'e',
  layer: 'cell',
  kind: 'operations',
  members: ['a', 'b', 'c'].map((name) => ({ name })),
  total: 1,
  keep: { min: 1, max: 1 },
}
const alpha = [0.5, -0.3, 1.1]
const weightsOf = (relaxation: Relaxation, temperature: number) =>
  numbersOf(() => relaxation.weights(tf.tensor1d(alpha), group, temperature))

it('a relaxation that gives not one number a member is refused', () => {
  const modelOn = (changes: Partial<Relaxation>) =>
    new SupernetModel(tinyCells(), { ...relaxations.softmax, name: 'own', ...changes }, randomSource(1))
  const { name } = tinyCells().groups[0]!
  expect(() => modelOn({ initial: () => Float32Array.of(1) })).toThrow(
    `relaxation own: initial of ${name}: expected a tensor of shape`,
  )
  const one = () => tf.scalar(1) as tf.Tensor as tf.Tensor1D
  for (const [key, made] of [
    ['weights', modelOn({ weights: one })],
    ['sample', modelOn({ sample: one })],
  ] as const) {
    expect(() => tf.tidy(() => made.mixing.sample(name, 0))).toThrow(
      `relaxation own: ${key} of ${name}: expected`,
    )
    made.dispose()
  }
})

it.each(['wasm', 'cpu'] as const)(
  'on %s a closed gradient of α is that of TensorFlow.js’s tape',
  async (backend) => {
    await useBackend(backend)
    const closed = Object.values(relaxations).filter((relaxation) => relaxation.closed)
    expect(closed.length).toBeGreaterThan(0)
    const newTensors = tensorCounter()
    for (const relaxation of closed) {
      const form = relaxation.closed!
      const [alphas, dMixture] = [tf.tensor1d([0.5, 0.3, 1.1]), tf.tensor1d([1.5, -0.7, 0.2])]
      const wide = { ...group, total: 2 }
      const { value, grads } = tf
        .engine()
        .gradients(() => relaxation.weights(alphas, wide), [alphas], dMixture)
      const got = numbersOf(() =>
        onVectors((v) => v.to(form.gradient(v, v.from(alphas), wide, v.from(dMixture)))),
      )
      const mixture = numbersOf(() => onVectors((v) => v.to(form.weights(v, v.from(alphas), wide))))
      expect([...mixture]).toEqual([...value.dataSync()])
      expect(relativeError(got, grads[0]!.dataSync())).toBeLessThan(1e-6)
      expect(Math.hypot(...got)).toBeGreaterThan(0.1)
      tf.dispose([alphas, dMixture, value, ...grads])
    }
    expect(newTensors()).toBe(0)
    await useBackend('wasm')
  },
)

describe('a temperature', () => {
  it('sharpens softmax and sigmoid as it falls', () => {
    for (const name of ['softmax', 'sigmoid'] as const) {
      const [hot, cold] = [weightsOf(relaxations[name], 5), weightsOf(relaxations[name], 0.1)]
      expect(cold[2]).toBeGreaterThan(0.99)
      expect(cold[1]).toBeLessThan(0.05)
      expect(hot[2]! - hot[1]!).toBeLessThan(0.2)
    }
  })

  it('is that of the search’s iteration: a curve, or the default course', () => {
    const at = (setting: Parameters<typeof relaxationOf>[0], t: number) =>
      relaxationOf(setting, 11).temperatureAt!(t)
    const curve = { curve: 'linear', from: 4, to: 2 } as const
    expect([0, 5, 10, 99].map((t) => at({ name: 'softmax', temperature: curve }, t))).toEqual([4, 3, 2, 2])
    expect(at('gumbel-softmax', 0)).toBe(10)
    expect(at('gumbel-softmax', 10)).toBeCloseTo(0.1, 12)
    expect(at('softmax', 3)).toBe(1)
    expect(relaxationOf('gates', 11).temperatureAt).toBeUndefined()
  })

  it('is refused where there is none, and where it is not above 0', () => {
    const setting = (relaxation: object) => () =>
      relaxationOf(
        resolveConfig({ data: { source: 'digits' }, supernet: { space: 'darts' }, relaxation }).relaxation,
        10,
      )
    expect(setting({ name: 'gates', temperature: 2 })).toThrow(
      'config.relaxation.temperature: gates has no temperature',
    )
    expect(setting({ name: 'softmax', temperature: { curve: 'linear', from: 1, to: 0 } })).toThrow(
      'config.relaxation.temperature: expected numbers above 0 throughout, got 0 at iteration 9',
    )
    expect(setting({ name: 'softmax', hard: true })).toThrow(InputError)
    expect(setting({ name: 'softmx' })).toThrow(
      'config.relaxation: unknown relaxation softmx; did you mean "softmax"?; relaxations: gates, softmax, sigmoid',
    )
  })
})

describe('gumbel-softmax', () => {
  const hard = relaxations['gumbel-softmax'].hard!
  const draws = (uniform: Float32Array): GroupDraws => ({
    uniform,
    of: (what) => randomSource(1).stream(what),
  })
  const model = (relaxation: Relaxation = relaxations['gumbel-softmax']) => {
    const made = new SupernetModel(tinyCells(), relaxation, randomSource(3), 0.3)
    made.temperature = 0.5
    return made
  }

  it('draws anew for each group and iteration, and the same for the same', () => {
    const m = model()
    const [first, second] = m.supernet.groups.filter(({ members }) => members.length === 3)
    const draw = (name: string, t: number) => [...numbersOf(() => m.mixing.sample(name, t))]
    expect(draw(first!.name, 4)).toEqual(draw(first!.name, 4))
    expect(draw(first!.name, 4)).not.toEqual(draw(first!.name, 5))
    expect(draw(first!.name, 4)).not.toEqual(draw(second!.name, 4))
    expect(total(draw(first!.name, 4))).toBeCloseTo(1, 5)
    m.dispose()
  })

  it('leaves the draws of members that stay as they are when others are pruned', () => {
    const m = model()
    const { name, members } = m.supernet.groups.find((g) => g.members.length === 3)!
    const before = [...numbersOf(() => m.mixing.sample(name, 7))]
    m.prune(name, [members[0]!.name, members[2]!.name])
    const after = [...numbersOf(() => m.mixing.sample(name, 7))]
    const wanted = shares([before[0]!, before[2]!])
    after.forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 5))
    m.dispose()
  })

  it('is the largest draw as often as softmax(α) says, at any temperature', () => {
    const stream = randomSource(5).stream('test')
    const counts = [0, 0, 0]
    for (let n = 0; n < 4000; n++) {
      const uniform = Float32Array.from(alpha, () => stream.uniform())
      const drawn = numbersOf(() => hard.sample!(tf.tensor1d(alpha), group, 0.3, draws(uniform)))
      expect([...drawn].sort()).toEqual([0, 0, 1])
      counts[drawn.indexOf(1)]!++
    }
    const wanted = weightsOf(relaxations['gumbel-softmax'], 0.3)
    counts.forEach((count, i) => expect(Math.abs(count / 4000 - wanted[i]!)).toBeLessThan(0.025))
  })

  it('straight through has the gradient of the soft draw', () => {
    const uniform = Float32Array.of(0.2, 0.7, 0.4)
    const upstream = tf.tensor1d([1, -2, 0.5])
    const gradient = (relaxation: Relaxation) =>
      numbersOf(() =>
        tf.grad((a) =>
          tf.sum(tf.mul(relaxation.sample!(a as tf.Tensor1D, group, 0.6, draws(uniform)), upstream)),
        )(tf.tensor1d(alpha)),
      )
    expect(gradient(hard)).toEqual(gradient(relaxations['gumbel-softmax']))
    upstream.dispose()
  })

  it('is finite at the ends of what is drawn', () => {
    const ends = Float32Array.of(0, 1 - 2 ** -32, 0.5)
    const drawn = numbersOf(() =>
      relaxations['gumbel-softmax'].sample!(tf.tensor1d(alpha), group, 0.1, draws(ends)),
    )
    expect([...drawn].every(Number.isFinite)).toBe(true)
  })

  it.each(['gumbel-softmax', 'sigmoid'])(
    '%s has the α gradients of finite differences of the loss at iteration t',
    (name) => {
      const trial = trialOf(imageData(), tinyCells(), {
        relaxation: { name, temperature: 1.5 },
        search: { batch: 24, gates: { noise: 0.3 } },
      })
      const m = modelOf(trial)
      m.temperature = 1.5
      const { data, config, random, loss } = trial
      const [shard] = batching(data, data.splits.train, config.search, random, 'search').at(0)
      const at = (t: number) => {
        const gradients = batchGradients(
          modelNetwork(m, t),
          data.dataset.shape,
          [shard!],
          { task: 1, reconstruction: 0, loss },
          { weights: [], alphas: m.supernet.groups.map(({ name }) => name) },
        )
        const value = gradients.losses.task!.dataSync()[0]!
        const found = new Map([...gradients.alphas].map(([name, g]) => [name, [...g.dataSync()]]))
        disposeGradients(gradients)
        return { value, found }
      }
      expect(at(1).value === at(2).value).toBe(name === 'sigmoid')
      const { found } = at(1)
      const [got, want]: [number[], number[]] = [[], []]
      for (const { name: group } of m.supernet.groups) {
        const start = m.alphaValues().get(group)!
        want.push(
          ...numericGradient(
            (values) => {
              m.setAlpha(group, tf.tensor1d(values))
              return at(1).value
            },
            start,
            2e-3,
          ),
        )
        m.setAlpha(group, tf.tensor1d(start))
        got.push(...found.get(group)!)
      }
      expect(Math.hypot(...want)).toBeGreaterThan(1e-3)
      expect(relativeError(got, want)).toBeLessThan(0.05)
      m.dispose()
    },
  )
})

describe.each([
  ['softmax', { name: 'softmax', temperature: { curve: 'linear', from: 3, to: 0.5 } }],
  ['sigmoid', 'sigmoid'],
  ['gumbel-softmax', 'gumbel-softmax'],
  ['hard gumbel-softmax', { name: 'gumbel-softmax', hard: true }],
] as const)('a whole search under %s', (_, relaxation) => {
  const make = () => trialOf(imageData(), tinyCells(), { relaxation, search: { epochs: 4, inspectEvery: 2 } })

  it('ends legal, frees what it allocated, and resumes to the same bits', async () => {
    const newTensors = tensorCounter()
    const { model, checkpoints } = await searched(make())
    const [whole, values] = [bytesOf(model), model.gateValues()]
    for (const { members, keep } of model.supernet.groups)
      expect(members.length).toBeLessThanOrEqual(keep.max)
    model.dispose()
    expect(newTensors()).toBe(0)
    // The last one is of a search that had finished: it takes no step more.
    for (const checkpoint of [checkpoints[1]!, checkpoints[checkpoints.length - 1]!]) {
      const { model: again } = await searched(make(), checkpoint)
      expect(bytesOf(again)).toEqual(whole)
      expect(again.gateValues()).toEqual(values)
      again.dispose()
    }
  })
})

describe('a relaxation that no term knows', () => {
  const own: Relaxation = { ...relaxations.softmax, name: 'own' }
  const compile = (term: string, relaxation: Relaxation, more: readonly Term[] = []) => {
    const document = resolveSchedule(onePhase([{ term, part: 'gates', lambda: 1 }]) as never, '.')
    return () => compileFor(document, tinyCells(), 20, relaxation, { terms: [...terms, ...more] })
  }

  it('is refused by terms that would do nothing on it, and taken by the others', () => {
    expect(compile('l1', own)).toThrow('l1 on own is refused: weights of own sum to a constant')
    expect(compile('zero-one', own)).toThrow('zero-one on own is refused')
    expect(compile('entropy', own)).not.toThrow()
    expect(compile('zero-one', { ...own, competes: false })).not.toThrow()
    expect(compile('l1', { ...own, step: 'proximal' })).not.toThrow()
  })

  it('is refused for a term whose operator nobody would apply, though it says nothing itself', () => {
    const silent: Term = {
      name: 'silent',
      description: 'Σ g',
      gates: { value: () => tf.scalar(0), proximal: (z) => z },
    }
    expect(compile('silent', own, [silent])).toThrow(
      'silent on own is refused: it acts by a proximal operator, and α of own are stepped by Adam',
    )
    expect(compile('silent', relaxations.gates, [silent])).not.toThrow()
  })
})
