import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { useBackend } from '../backend/index.js'
import { InputError } from '../base/errors.js'
import type { Config } from '../config/config-schema.js'
import { absolutePaths } from '../data/file-settings.js'
import { searchRun } from '../runs/search-run.js'
import { timedRun, type TimedRunOptions } from '../runs/timed-run.js'
import { stageShards, withWorkers } from '../runs/workers.js'
import { setupTrial } from '../setup/setup-trial.js'
import type { Trial, TrialResult } from '../trial/types.js'
import { modelOf, type Model } from './model.js'
import { configOf, ownPartsOf, type SearchSettings } from './request.js'
import {
  runOnBackend,
  findingsOf,
  recording,
  searchInMemory,
  type SearchFindings,
} from './search-in-memory.js'

export interface SearchRequest extends SearchSettings {
  /** Threads that compute shards, including this one; 1 by default. The number does not change the result. */
  readonly workers?: number
  /**
   * A new or empty folder for all files of a run of the command line: log, checkpoints, model, card and
   * report. It has its own checkpoints, so that `checkpoints` must not be given as well.
   */
  readonly saveTo?: string
  /**
   * Seconds within which the search should finish. Lengths that are too long are shortened, as `--time` does.
   */
  readonly time?: number
}

/** The result of a search in Node. */
export type SearchResult = SearchFindings<Model>

/**
 * Searches, prunes, derives, retrains and judges, in memory. The same data, settings and seed give the same
 * bytes as a run of the command line. Throws InputError if the request is invalid or cannot be met, Diverged
 * and Interrupted.
 */
export async function search(request: SearchRequest): Promise<SearchResult> {
  const { saveTo, workers = 1, time, ...settings } = request
  const began = performance.now()
  if (!Number.isInteger(workers) || workers < 1)
    throw new InputError(`workers: expected integer ≥ 1, got ${workers}`)
  if (time !== undefined && !(time > 0)) throw new InputError(`time: expected seconds above 0, got ${time}`)
  // Only the paths of the data are relative to the data's folder.
  const config = configOf(settings, ({ data, folder = '.' }) => absolutePaths(data, folder))
  const clock = time === undefined ? undefined : { seconds: time, began }
  if (saveTo !== undefined) return searchInFolder(settings, config, { saveTo, workers, clock })
  if (clock)
    return inPassingFolder((folder) => searchInFolder(settings, config, { saveTo: folder, workers, clock }))
  return searchInMemory(settings, config, {
    start: ({ backend, relaxedSimd }) => useBackend(backend, { relaxed: relaxedSimd }),
    setup: (resolved, ownParts) => setupTrial(resolved, '.', { ...ownParts, ...givenIn(settings) }),
    compute: (trial, use) =>
      withWorkers(config, { workers }, stageShards(trial.config), ({ execute }) => use(execute)),
    model: modelOf,
  })
}

function searchInFolder(
  settings: SearchSettings,
  config: Config,
  {
    saveTo,
    workers,
    clock,
  }: Required<Pick<SearchRequest, 'saveTo' | 'workers'>> & {
    readonly clock: Pick<TimedRunOptions, 'seconds' | 'began'> | undefined
  },
): Promise<SearchResult> {
  const { signal, data } = settings
  const { events, emit } = recording(settings)
  return runOnBackend(config, async () => {
    let outcome: { trial: Trial; result: TrialResult } | undefined
    const onResult = (trial: Trial, result: TrialResult) => void (outcome = { trial, result })
    const hooks = { onEvent: emit, onResult, workers, signal }
    const run = { config, out: saveTo, ...ownPartsOf(settings), ...givenIn(settings), ...hooks }
    await (clock ? timedRun({ ...run, ...clock }) : searchRun(run))
    return findingsOf(outcome!.trial, outcome!.result, events, data, modelOf)
  })
}

/** Runs `work` with a temporary folder, and removes that afterwards. */
async function inPassingFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'sentei-'))
  try {
    return await work(join(folder, 'run'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const givenIn = ({ data: { given } }: SearchSettings) => ({ given })
