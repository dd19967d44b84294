import { describe, expect, it } from 'vitest'
import { activationL1 } from '../../../src/objective/terms/activation-l1.js'
import type { Trial } from '../../../src/trial/types.js'
import {
  acting,
  byOne,
  cells,
  expectSameByAll,
  expectSameTrial,
  searchBy,
  units,
  workerPools,
} from './searches.js'

const poolOf = workerPools()

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
  ['operations that draw', () => cells({}, { operations: ['noise', 'skip', 'sep-conv-3x3'] })],
  ['batches of fewer rows than shards', () => cells({ search: { batch: 3, shards: 5 } })],
]

describe.each(trials)('a search with %s', (_what, make) => {
  it('leaves the same bytes by 1, 2 and 3 workers, and no tensor', () => expectSameByAll(poolOf, make))
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

it('a whole trial, taught in shards with dropped paths, is the same by 1 and 3 workers', () =>
  expectSameTrial(poolOf, { dropPath: 0.3 }))

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
