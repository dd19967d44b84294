import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../../src/config/load-config.js'
import type { Encoding } from '../../src/data/types.js'
import { resolveTraining } from '../../src/train/training.js'
import { vectorData } from '../helpers/trials.js'

const minimal = { data: { source: 'concrete' }, supernet: { space: 'mlp-cell' } }
const resolved = (train: number, own: object = {}) =>
  resolveTraining(resolveConfig({ ...minimal, ...own }), vectorData({ train, validation: 4 }))

/** The same on data of another kind. */
function resolvedOf(kind: Encoding['kind'], train: number, own: object = {}) {
  const data = vectorData({ train, validation: 4 })
  const encoding = { ...data.dataset.encoding, kind }
  return resolveTraining(resolveConfig({ ...minimal, ...own }), {
    ...data,
    dataset: { ...data.dataset, encoding },
  })
}

describe('how long a stage trains', () => {
  it.each([
    [36, 2000, 8],
    [50, 2000, 8],
    [300, 2000, 64],
    [10_000, 20 * 156, 64],
    [200_000, 16_000, 64],
  ])('by itself fits %i rows: %i steps of %i rows', (rows, steps, batch) => {
    const { search, retrain } = resolved(rows)
    expect([search.steps, search.batch]).toEqual([steps, batch])
    expect(retrain).toMatchObject({ steps: 16_000, batch, earlyStop: { steps: 2500, minDelta: 0 } })
  })

  it.each([
    [3, 1],
    [30, 8],
    [75, 32],
    [2000, 64],
  ])('takes %i labelled sequences %i at a time', (rows, batch) => {
    const { search, retrain } = resolvedOf('sequences', rows)
    expect([search.batch, retrain.batch]).toEqual([batch, batch])
  })

  it.each([
    ['an epoch, where that is 64 steps or more', 64 * 100, 100],
    ['64 steps, where an epoch is less', 50, 64],
    ['a twentieth of all steps, where an epoch is more', 200_000, 800],
  ])('is evaluated after %s', (_, rows, evaluateEvery) => {
    expect(resolved(rows).search.evaluateEvery).toBe(evaluateEvery)
  })

  it('can be given in epochs, evaluated after each, without an end before', () => {
    const { search, retrain } = resolved(640, { search: { epochs: 3 }, retrain: { epochs: 4 } })
    expect(search).toMatchObject({ steps: 30, evaluateEvery: 10, batch: 64 })
    expect(retrain).toMatchObject({ steps: 40, evaluateEvery: 10 })
    expect(retrain).not.toHaveProperty('earlyStop')
    expect(search).not.toHaveProperty('epochs')
  })

  it('is what is given', () => {
    const own = { steps: 70, batch: 10, evaluateEvery: 7 }
    expect(resolved(640, { search: own }).search).toMatchObject(own)
    expect(resolved(640, { retrain: { steps: 70 } }).retrain).not.toHaveProperty('earlyStop')
    const stop = { steps: 70, earlyStop: { epochs: 2, minDelta: 0.1 } }
    expect(resolved(640, { retrain: stop }).retrain.earlyStop).toEqual({ steps: 20, minDelta: 0.1 })
  })
})

it.each([
  ['table', { optimizer: 'adam', learningRate: 0.003, decay: 'constant', beta2: 0.95 }, true],
  ['series', { optimizer: 'adam', learningRate: 0.003, decay: 'constant', beta2: 0.95 }, false],
  ['sequences', { optimizer: 'adam', learningRate: 0.003, decay: 'cosine', beta2: 0.95 }, true],
  ['images', { optimizer: 'sgd', learningRate: 0.1, decay: 'cosine' }, false],
] as const)('of %s weights are trained by %j, averaged in a retraining: %j', (kind, weights, average) => {
  const of = (own: object) => resolvedOf(kind, 640, own)
  expect(of({}).search).toMatchObject({ weights })
  // Only the retraining of a table differs from its search.
  const retrained = kind === 'table' ? { ...weights, decay: 'inverse' } : weights
  expect(of({}).retrain).toMatchObject({ weights: retrained })
  expect(of({ retrain: { weights: { decay: 'cosine' } } }).retrain.weights.decay).toBe('cosine')
  expect([of({}).search.average, of({}).retrain.average]).toEqual([false, average])
  // The rate is that of the optimizer which is given.
  const other = of({ search: { weights: { optimizer: 'sgd' } } }).search.weights
  expect(other.learningRate).toBe(kind === 'images' ? 0.1 : 0.02)
})

it.each([
  ['sequences', {}, 'last'],
  ['sequences', { keep: 'best' }, 'best'],
  ['sequences', { earlyStop: { steps: 40 } }, 'best'],
  ['series', {}, 'best'],
  ['table', {}, 'best'],
  ['table', { keep: 'last' }, 'last'],
  ['images', {}, 'best'],
] as const)('a retraining of %s with %j keeps the weights of the %s', (kind, retrain, keep) => {
  expect(resolvedOf(kind, 640, { retrain }).retrain.keep).toBe(keep)
})

it.each([
  [27, 3000],
  [64 * 100, 4000],
  [64 * 1000, 16_000],
])('%i sequences or images are retrained to the end of %i steps', (rows, steps) => {
  for (const kind of ['sequences', 'images'] as const) {
    const { retrain } = resolvedOf(kind, rows)
    expect(retrain.steps, kind).toBe(steps)
    expect(retrain).not.toHaveProperty('earlyStop')
  }
})

it('what is resolved says the same on any other data', () => {
  const first = resolved(50)
  const again = resolveTraining(resolveConfig(first), vectorData({ train: 5000, validation: 4 }))
  expect(JSON.stringify(again)).toBe(JSON.stringify(first))
})

describe('refuses', () => {
  it.each([
    [
      { search: { steps: 3, epochs: 2 } },
      'config.search: expected steps or epochs, got steps 3 and epochs 2',
    ],
    [{ search: { steps: 0 } }, 'config.search.steps: expected integer ≥ 1, got 0'],
    [
      { retrain: { keep: 'last', earlyStop: { steps: 9 } } },
      'config.retrain.keep: expected best beside earlyStop, got last',
    ],
    [{ retrain: { earlyStop: {} } }, 'config.retrain.earlyStop: expected steps or epochs, got neither'],
    [
      { retrain: { earlyStop: { patience: 4 } } },
      'config.retrain.earlyStop.patience: unknown key, expected one of steps, epochs, minDelta',
    ],
  ])('%j', (own, message) => {
    expect(() => resolveConfig({ ...minimal, ...own })).toThrow(message)
  })
})

it('a setting takes the place of its alternative', () => {
  const of = (...set: string[]) => resolveConfig({ ...minimal, search: { steps: 900 } }, set).search
  expect(of('search.epochs=3')).toMatchObject({ epochs: 3 })
  expect(of('search.epochs=3')).not.toHaveProperty('steps')
  expect(of('search.epochs=3', 'search.steps=8')).toMatchObject({ steps: 8 })
})
