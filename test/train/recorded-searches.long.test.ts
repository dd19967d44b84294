import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import type { PreparedData } from '../../src/data/types.js'
import { spaces } from '../../src/registry.js'
import { searchArchitecture } from '../../src/search/search.js'
import { randomData } from '../../src/setup/random-data.js'
import { sequential } from '../../src/train/gradients.js'
import type { ShardExecutor } from '../../src/train/shard.js'
import { runTrial } from '../../src/trial/trial.js'
import type { Trial } from '../../src/trial/types.js'
import {
  bytesOf,
  contextOf,
  imageData,
  modelOf,
  onePhase,
  spaceNet,
  tinyCells,
  tinyMlp,
  trialOf,
  vectorData,
  type Settings,
} from '../helpers/trials.js'
import { recording } from './recording.js'

const { recorded, refused } = recording()

/** What a search leaves behind. */
async function searchBy(trial: Trial, execute: ShardExecutor = sequential) {
  const model = modelOf(trial)
  const { context, events } = contextOf(trial)
  await searchArchitecture(model, trial.data, { ...context, execute })
  const left = { bytes: bytesOf(model), architecture: model.architecture() }
  model.dispose()
  return { ...left, events: events.map((event) => ({ ...event, stepMs: 0 })) }
}

/** A space in its smallest form, and data that it takes. */
const small: Record<string, { options: object; input: number[] }> = {
  'autoencoder-mlp': { options: { encoder: [6], code: 4, head: [5] }, input: [5] },
  'darts-cell': { options: { cells: 2, channels: 2, nodes: 2 }, input: [6, 6, 1] },
  'mlp-cell': {
    options: { blocks: 2, width: 6, hidden: 7, activations: ['relu', 'tanh', 'elu', 'sigmoid'], bins: 3 },
    input: [5],
  },
  'mobile-chain': { options: { stem: 4, channels: [4, 6], layers: 2, head: 8 }, input: [8, 8, 3] },
  'nas-bench-201': { options: { channels: 3, cells: 1 }, input: [6, 6, 3] },
  'nas-bench-macro': { options: { channels: 4, stages: [1, 1, 1], head: 8 }, input: [8, 8, 3] },
  'temporal-conv': { options: { channels: 4, windows: [3, 5] }, input: [9, 2] },
}
const ofDarts = { options: { cells: 2, channels: 2 }, input: [6, 6, 3] }

const dataOf = (input: readonly number[]): PreparedData => {
  const data = randomData(input, 36, randomSource(3))
  const rows = (from: number, to: number) => Uint32Array.from({ length: to - from }, (_, i) => from + i)
  return {
    ...data,
    splits: { train: rows(0, 24), arch: rows(24, 30), validation: rows(30, 36), test: rows(0, 0) },
  }
}

const pressing = onePhase([{ term: 'l1', part: 'gates', lambda: 0.5 }], { prune: { from: 0.5, until: 0.75 } })
const search = { epochs: 4, batch: 8, inspectEvery: 4, gates: { travel: 2, noise: 0.5 } }
const spaceTrial = (name: string, more: Settings = {}) => {
  const { options, input } = small[name] ?? ofDarts
  return trialOf(dataOf(input), spaceNet(name, options, input, 10), {
    schedule: pressing,
    ...more,
    search: { ...search, ...more.search },
  })
}

describe('a search by recorded passes', () => {
  it.each(spaces.map(({ name }) => name))('has the bits of operations: %s', async (name) => {
    expect(await searchBy(spaceTrial(name), recorded)).toEqual(await searchBy(spaceTrial(name)))
    expect(refused()).toEqual([])
  })

  const settings: [string, Settings][] = [
    ...['softmax', 'sigmoid', 'gumbel-softmax', { name: 'gumbel-softmax', hard: true }].map(
      (relaxation): [string, Settings] => [
        `relaxation ${JSON.stringify(relaxation)}`,
        { relaxation, schedule: onePhase([]) },
      ],
    ),
    ['mode alternating', { search: { mode: 'alternating' } }],
    ['mode unrolled', { search: { mode: 'unrolled' } }],
    ['shards', { search: { shards: 3 } }],
    ['SGD, clipped', { search: { weights: { optimizer: 'sgd', learningRate: 0.05, clipNorm: 0.5 } } }],
    ['an average', { search: { average: true } }],
    ['mixed examples', { search: { mode: 'alternating', shards: 2, augment: { mixup: 0.4 } } }],
    ['λ that changes', { schedule: 'strong-then-relaxed' }],
  ]
  it.each(settings)('has the bits of operations: %s', async (_, more) => {
    for (const name of ['mlp-cell', 'temporal-conv'])
      expect(await searchBy(spaceTrial(name, more), recorded)).toEqual(await searchBy(spaceTrial(name, more)))
    expect(refused()).toEqual([])
  })

  it('has the bits of operations where λ of two losses change', async () => {
    const schedule = {
      name: 'shares',
      phases: [
        { name: 'code', until: 0.5, losses: { task: 0, reconstruction: 1 }, terms: [] },
        {
          name: 'both',
          until: 1,
          losses: { task: { from: 0.2, to: 1, curve: 'linear' }, reconstruction: 0.5 },
          terms: [],
        },
      ],
      prune: { from: 1, until: 1 },
    }
    const make = () => trialOf(vectorData(), tinyMlp(), { schedule, search })
    expect(await searchBy(make(), recorded)).toEqual(await searchBy(make()))
    expect(refused()).toEqual([])
  })

  it('has the bits of operations where nodes draw', async () => {
    const make = () =>
      trialOf(imageData(), tinyCells({ operations: ['noise', 'skip', 'sep-conv-3x3'] }), { search })
    expect(await searchBy(make(), recorded)).toEqual(await searchBy(make()))
    expect(refused()).toEqual([])
  })

  it.each(['activation-l1', 'contractive'])('has the bits of operations under %s', async (term) => {
    const schedule = onePhase([
      { term, part: 'activations', lambda: { from: 0, to: 0.5, curve: 'linear' } },
      { term: 'l1', part: 'gates', lambda: 0.5 },
    ])
    for (const name of ['mlp-cell', 'temporal-conv']) {
      const make = () => spaceTrial(name, { schedule })
      expect(await searchBy(make(), recorded)).toEqual(await searchBy(make()))
    }
    expect(refused()).toEqual([])
  })
})

it('a whole trial, taught and with dropped paths, is the same', async () => {
  const retrain = {
    epochs: 4,
    batch: 8,
    dropPath: 0.3,
    average: true,
    distillation: { share: 0.7, temperature: 2 },
  }
  const make = () => trialOf(imageData(), tinyCells(), { schedule: pressing, search, retrain })
  const found = async (execute: ShardExecutor) => {
    const { seconds: _, ...rest } = await runTrial(make(), {
      emit: () => undefined,
      execute,
    })
    return rest
  }
  expect(await found(recorded)).toEqual(await found(sequential))
  expect(refused()).toEqual([])
})
