import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../../../src/backend/index.js'
import { packagePath } from '../../../src/base/files.js'
import { losses } from '../../../src/objective/losses.js'
import { activationL1 } from '../../../src/objective/terms/activation-l1.js'
import { terms } from '../../../src/registry.js'
import { searchArchitecture } from '../../../src/search/search.js'
import type { Checkpoint } from '../../../src/search/state.js'
import type { ShardExecutor } from '../../../src/train/shard.js'
import { WorkerPool } from '../../../src/train/workers/pool.js'
import { runTrial } from '../../../src/trial/trial.js'
import type { Trial } from '../../../src/trial/types.js'
import {
  bytesOf,
  contextOf,
  imageData,
  modelOf,
  onePhase,
  tinyCells,
  tinyMlp,
  trialOf,
  vectorData,
  type Settings,
} from '../../helpers/trials.js'

const entry = packagePath('dist/src/runs/shard-thread.js')
const pools = new Map<number, WorkerPool>()

beforeAll(async () => {
  await useBackend('wasm')
  const known = { losses, terms }
  for (const workers of [2, 3])
    pools.set(workers, await WorkerPool.start({ workers, backend: 'wasm', relaxed: false, entry, known }))
})

afterAll(async () => {
  for (const pool of pools.values()) await pool.dispose()
})

const poolOf = (workers: number): WorkerPool => pools.get(workers)!
const byOne: ShardExecutor | undefined = undefined

/** Everything that a search leaves behind, without its clock. */
async function searchBy(execute: ShardExecutor | undefined, trial: Trial, from?: Checkpoint) {
  const model = modelOf(trial)
  const { context, events, checkpoints } = contextOf(trial)
  const given = { ...context, ...(execute && { execute }) }
  const { jumps } = await searchArchitecture(model, trial.data, given, from)
  const left = { bytes: bytesOf(model), architecture: model.architecture(), jumps, checkpoints }
  model.dispose()
  return { ...left, events: events.map((event) => ({ ...event, stepMs: 0 })) }
}

const rows = { train: 24, arch: 12, validation: 12 }
const search = { epochs: 2, batch: 8, shards: 4, inspectEvery: 2, gates: { travel: 2, noise: 0.5 } }
const closing = onePhase([{ term: 'l1', part: 'gates', lambda: 0.5 }], { prune: { from: 0.25, until: 0.75 } })
const cells = (more: Settings = {}, options: object = {}) =>
  trialOf(imageData(rows), tinyCells(options), {
    schedule: closing,
    ...more,
    search: { ...search, ...more.search },
  })
const units = (more: Settings = {}) =>
  trialOf(vectorData(rows), tinyMlp(), {
    schedule: onePhase([{ term: 'l1', part: 'gates', lambda: 2 }], { prune: { from: 0.25, until: 0.75 } }),
    ...more,
    search: { ...search, ...more.search },
  })
const acting = (...names: string[]) =>
  onePhase(names.map((term) => ({ term, part: 'activations', lambda: 0.1 })))

const trials: readonly [string, () => Trial][] = [
  ['cells, through pruning', () => cells()],
  ['units, through pruning', () => units()],
  [
    'single paths between, through pruning',
    () =>
      cells({
        schedule: {
          name: 'alternating',
          phases: [
            { name: 'all', until: 1, paths: 'alternate', terms: [{ term: 'l1', part: 'gates', lambda: 5 }] },
          ],
          prune: { from: 0.25, until: 0.75 },
        },
      }),
  ],
  ...['softmax', 'sigmoid', 'gumbel-softmax', { name: 'gumbel-softmax', hard: true }].map(
    (relaxation): [string, () => Trial] => [
      `relaxation ${JSON.stringify(relaxation)}`,
      () => cells({ relaxation, schedule: onePhase([]) }),
    ],
  ),
  ['mode alternating', () => cells({ search: { mode: 'alternating' } })],
  ['mode unrolled', () => cells({ search: { mode: 'unrolled' } })],
  [
    'a planner that looks ahead',
    () => units({ schedule: { planner: 'hypergradient', base: pressing, every: 2 } }),
  ],
  ['a reconstruction loss', () => units({ schedule: onePhase([], { phases: [reconstructing] }) })],
  ['terms on activations', () => cells({ schedule: acting('activation-l1') })],
  ['terms on moved inputs', () => units({ schedule: acting('contractive', 'activation-l1') })],
  ['operations that draw', () => cells({}, { operations: ['noise', 'skip', 'sep-conv-3x3'] })],
  ['batches of fewer rows than shards', () => cells({ search: { batch: 3, shards: 5 } })],
]
const pressing = onePhase([{ term: 'l1', part: 'gates', lambda: 0.5 }], {
  prune: { from: 0.75, until: 0.75 },
})
const reconstructing = { name: 'all', until: 1, losses: { task: 0.5, reconstruction: 1 }, terms: [] }

describe.each(trials)('a search with %s', (_what, make) => {
  it('leaves the same bytes by 1, 2 and 3 workers, and no tensor', async () => {
    const before = tf.memory().numTensors
    const one = await searchBy(byOne, make())
    for (const workers of [2, 3]) expect(await searchBy(poolOf(workers).execute, make())).toEqual(one)
    for (const workers of [2, 3]) poolOf(workers).forget()
    expect(tf.memory().numTensors).toBe(before)
  })
})

it('threads have taken their part of those shards', () => {
  for (const workers of [2, 3]) expect(poolOf(workers).figures.handedOver).toBeGreaterThan(10)
})

it('pruning is part of what is compared', async () => {
  for (const make of [cells, units]) {
    const { events } = await searchBy(byOne, make())
    expect(events.some(({ type }) => type === 'removal')).toBe(true)
  }
})

it('a search goes on with another number of workers, to the same bytes', async () => {
  const whole = await searchBy(byOne, cells())
  const [half] = (await searchBy(poolOf(3).execute, cells())).checkpoints
  expect(half!.step).toBe(3)
  for (const execute of [byOne, poolOf(2).execute]) {
    const { bytes, architecture } = await searchBy(execute, cells(), half)
    expect({ bytes, architecture }).toEqual({ bytes: whole.bytes, architecture: whole.architecture })
  }
})

it.each([
  ['with dropped paths', { dropPath: 0.3 }],
  ['of mixed images with smooth labels', { labelSmoothing: 0.1, augment: { crop: 1, mixup: 0.4 } }],
])('a whole trial, taught in shards %s, is the same by 1 and 3 workers', async (_, more) => {
  const retrain = { epochs: 2, batch: 8, shards: 3, distillation: { share: 0.9 }, ...more }
  const by = async (execute: ShardExecutor | undefined) => {
    const hooks = { emit: () => undefined, ...(execute && { execute }) }
    const { metrics, values } = await runTrial(cells({ retrain, criteria: [] }), hooks)
    return { metrics, values }
  }
  for (const workers of [2, 3]) poolOf(workers).forget()
  const before = tf.memory().numTensors
  const { batches } = poolOf(3).figures
  const three = await by(poolOf(3).execute)
  // 2 epochs of 3 batches to search, of 5 (of train and arch) to retrain, twice.
  expect(poolOf(3).figures.batches - batches).toBe(6 + 2 * 2 * 5)
  expect(await by(byOne)).toEqual(three)
  for (const workers of [2, 3]) poolOf(workers).forget()
  expect(tf.memory().numTensors).toBe(before)
})

it('two networks in turn do not mix', async () => {
  const both = await Promise.all([searchBy(poolOf(2).execute, cells()), searchBy(poolOf(2).execute, units())])
  expect(both).toEqual([await searchBy(byOne, cells()), await searchBy(byOne, units())])
})

describe('what threads do not know is computed here, to the same bytes', () => {
  const own = { ...activationL1, activations: { ...activationL1.activations! } }
  it.each<[string, (trial: Trial) => Trial]>([
    ['a loss', (trial) => ({ ...trial, loss: (outputs, targets) => trial.loss(outputs, targets) })],
    ['a term on activations', (trial) => ({ ...trial, terms: [own] })],
  ])('%s of one’s own', async (_what, withOwn) => {
    const make = () => cells({ schedule: acting('activation-l1') })
    const { batches } = poolOf(2).figures
    expect(await searchBy(poolOf(2).execute, withOwn(make()))).toEqual(await searchBy(byOne, make()))
    expect(poolOf(2).figures.batches).toBe(batches)
  })
})

it('the cpu backend and the relaxed kernels give the same in threads', async () => {
  const known = { losses, terms }
  const make = () => cells({ search: { epochs: 1 } })
  for (const [backend, relaxed] of [
    ['wasm', true],
    ['cpu', false],
  ] as const) {
    await useBackend(backend, { relaxed })
    const pool = await WorkerPool.start({ workers: 2, backend, relaxed, entry, known })
    expect(await searchBy(pool.execute, make())).toEqual(await searchBy(byOne, make()))
    expect(pool.figures.handedOver).toBeGreaterThan(0)
    await pool.dispose()
  }
  await useBackend('wasm', { relaxed: false })
})
