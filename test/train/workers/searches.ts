import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { packagePath } from '../../../src/base/files.js'
import { losses } from '../../../src/objective/losses.js'
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
import { tensorCounter } from '../../setup/tensors.js'

/** What a thread runs, and the parts that it knows. */
export const entry = packagePath('dist/src/runs/shard-thread.js')
export const known = { losses, terms }

/** Pools of 2 and of 3 workers, which live as long as the tests of a file. */
export function workerPools(): (workers: number) => WorkerPool {
  const pools = new Map<number, WorkerPool>()
  beforeAll(async () => {
    for (const workers of [2, 3])
      pools.set(workers, await WorkerPool.start({ workers, backend: 'wasm', relaxed: false, entry, known }))
  })
  // Between searches a pool keeps what it was last given.
  afterEach(() => {
    for (const pool of pools.values()) pool.forget()
  })
  afterAll(async () => {
    for (const pool of pools.values()) await pool.dispose()
  })
  return (workers) => pools.get(workers)!
}

export const byOne: ShardExecutor | undefined = undefined

/** Everything that a search leaves behind, without its clock. */
export async function searchBy(execute: ShardExecutor | undefined, trial: Trial, from?: Checkpoint) {
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
/** A search over cells, and one over units. */
export const cells = (more: Settings = {}, options: object = {}) =>
  trialOf(imageData(rows), tinyCells(options), {
    schedule: closing,
    ...more,
    search: { ...search, ...more.search },
  })
export const units = (more: Settings = {}) =>
  trialOf(vectorData(rows), tinyMlp(), {
    schedule: onePhase([{ term: 'l1', part: 'gates', lambda: 2 }], { prune: { from: 0.25, until: 0.75 } }),
    ...more,
    search: { ...search, ...more.search },
  })
export const acting = (...names: string[]) =>
  onePhase(names.map((term) => ({ term, part: 'activations', lambda: 0.1 })))

/** That a search leaves the same bytes by 1, 2 and 3 workers, and no tensor. */
export async function expectSameByAll(
  poolOf: (workers: number) => WorkerPool,
  make: () => Trial,
): Promise<void> {
  const newTensors = tensorCounter()
  const one = await searchBy(byOne, make())
  for (const workers of [2, 3]) expect(await searchBy(poolOf(workers).execute, make())).toEqual(one)
  for (const workers of [2, 3]) poolOf(workers).forget()
  expect(newTensors()).toBe(0)
}

/** That a whole trial of 3 batches to search and of 5 to retrain is the same by 1 and 3 workers. */
export async function expectSameTrial(poolOf: (workers: number) => WorkerPool, more: object): Promise<void> {
  const retrain = { epochs: 2, batch: 8, shards: 3, distillation: { share: 0.9 }, ...more }
  const by = async (execute: ShardExecutor | undefined) => {
    const hooks = { emit: () => undefined, ...(execute && { execute }) }
    const { metrics, values } = await runTrial(cells({ retrain, criteria: [] }), hooks)
    return { metrics, values }
  }
  for (const workers of [2, 3]) poolOf(workers).forget()
  const newTensors = tensorCounter()
  const { batches } = poolOf(3).figures
  const three = await by(poolOf(3).execute)
  // 2 epochs of 3 batches to search, of 5 (of train and arch) to retrain, twice.
  expect(poolOf(3).figures.batches - batches).toBe(6 + 2 * 2 * 5)
  expect(await by(byOne)).toEqual(three)
  for (const workers of [2, 3]) poolOf(workers).forget()
  expect(newTensors()).toBe(0)
}
