import { describe, expect, it } from 'vitest'
import { useBackend } from '../../../src/backend/index.js'
import { WorkerPool } from '../../../src/train/workers/pool.js'
import type { Trial } from '../../../src/trial/types.js'
import { onePhase } from '../../helpers/trials.js'
import {
  acting,
  byOne,
  cells,
  entry,
  expectSameByAll,
  expectSameTrial,
  known,
  searchBy,
  units,
  workerPools,
} from './searches.js'

const poolOf = workerPools()

const pressing = onePhase([{ term: 'l1', part: 'gates', lambda: 0.5 }], {
  prune: { from: 0.75, until: 0.75 },
})
const reconstructing = { name: 'all', until: 1, losses: { task: 0.5, reconstruction: 1 }, terms: [] }

const trials: readonly [string, () => Trial][] = [
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
]

describe.each(trials)('a search with %s', (_what, make) => {
  it('leaves the same bytes by 1, 2 and 3 workers, and no tensor', () => expectSameByAll(poolOf, make))
})

it('a whole trial, taught in shards of mixed images with smooth labels, is the same by 1 and 3 workers', () =>
  expectSameTrial(poolOf, { labelSmoothing: 0.1, augment: { crop: 1, mixup: 0.4 } }))

it('two networks in turn do not mix', async () => {
  const both = await Promise.all([searchBy(poolOf(2).execute, cells()), searchBy(poolOf(2).execute, units())])
  expect(both).toEqual([await searchBy(byOne, cells()), await searchBy(byOne, units())])
})

it('the cpu backend and the relaxed kernels give the same in threads', async () => {
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
