import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { useBackend } from '../backend/index.js'
import { InputError } from '../base/errors.js'
import { writeJson } from '../base/files.js'
import type { Config } from '../config/config-schema.js'
import { retrainArchitecture } from '../derive/retrain-architecture.js'
import { judgeRetrained } from '../derive/measure.js'
import { startEvent } from '../derive/trial.js'
import type { Trial, TrialMetrics } from '../derive/types.js'
import type { Retrained } from '../derive/retrain.js'
import { readCheckpoint, withPrefix } from '../search/checkpoint.js'
import type { Event } from '../search/events.js'
import type { WorkerPool } from '../search/workers/pool.js'
import { openEventLog } from './event-log.js'
import { writeResults } from './results.js'
import { createRunFolder, readFinishedRun, retrainedFrom, type FinishedRun } from './run-folder.js'
import { checkpointOf, type RunHooks } from './search-run.js'
import { setupTrial, type Extensions } from './setup.js'
import { withWorkers } from './workers.js'

export interface RetrainRunOptions extends RunHooks, Extensions {
  /** The folder of the finished run whose architecture is trained. */
  readonly run: string
  /** Changes its configuration: another seed, more epochs. */
  readonly configure?: (config: Config) => Config
  /** The new run's folder: new or empty. */
  readonly out: string
}

/**
 * Trains the architecture of a finished run once more, into a folder of its own. The rows stay in their
 * splits whatever the seed, for the architecture was chosen with the run's own test rows unseen.
 */
export async function retrainRun({
  run,
  configure = (config) => config,
  spaces = [],
  readers = [],
  terms = [],
  planners = [],
  out,
  ...hooks
}: RetrainRunOptions): Promise<FinishedRun> {
  const origin = readFinishedRun(run)
  const { split, seed } = origin.config
  const held = { ...origin.config, split: { ...split, seed: split.seed ?? seed } }
  const config = configure(held)
  await useBackend(config.backend, { relaxed: config.relaxedSimd })
  const trial = await setupTrial(config, run, { spaces, readers, terms, planners })
  checkSameSpace(trial, origin)
  createRunFolder(out, trial.config)
  writeJson(join(out, retrainedFrom), { run: resolve(run), seed })
  const stages = { retrain: config.retrain }
  await withWorkers(config, hooks, stages, (pool) => retrainInFolder(trial, origin, out, hooks, pool))
  return readFinishedRun(out)
}

async function retrainInFolder(
  trial: Trial,
  origin: FinishedRun,
  out: string,
  { onEvent, signal }: RunHooks,
  { execute, workers }: WorkerPool,
): Promise<void> {
  const log = openEventLog(out)
  const emit = (event: Event) => {
    log.append(event)
    onEvent?.(event)
  }
  try {
    emit(startEvent(trial))
    const start = performance.now()
    const inherited = trial.config.retrain.from === 'inherited' ? searchedWeights(origin.folder) : undefined
    const hooks = { emit, execute, ...(signal && { signal }) }
    const retrained = await retrainArchitecture(trial, hooks, origin.architecture, inherited)
    const retrainSeconds = (performance.now() - start) / 1000
    const { searchSeconds, baselineSeconds } = origin.timings
    await writeResults(
      out,
      trial,
      {
        architecture: origin.architecture,
        network: retrained,
        metrics: newMetrics(trial, origin.metrics, retrained),
        seconds: { searchSeconds, baselineSeconds, retrainSeconds },
        workers,
        schedule: readFileSync(join(origin.folder, 'schedule.csv'), 'utf8'),
      },
      emit,
    )
  } finally {
    log.close()
  }
}

/** What the search measured stays; what is of the retrained network is measured anew. */
function newMetrics(trial: Trial, origin: TrialMetrics, retrained: Retrained): TrialMetrics {
  const { test, criteria } = judgeRetrained(trial, retrained)
  return {
    ...origin,
    seed: trial.config.seed,
    backend: trial.config.backend,
    retrain: { bestEpoch: retrained.bestEpoch },
    validation: { ...origin.validation, final: retrained.validation },
    test: { ...origin.test, final: test },
    criteria,
  }
}

function searchedWeights(run: string): Map<string, Float32Array> {
  const checkpoint = readCheckpoint(checkpointOf(run))
  if (!checkpoint)
    throw new InputError(`${checkpointOf(run)}: no checkpoint; retrain.from inherited needs the searched weights`)
  return withPrefix(checkpoint.arrays, 'w/')
}

function checkSameSpace({ supernet }: Trial, { architecture, folder }: FinishedRun): void {
  const of = ({ space, options, input, outputs }: typeof architecture) =>
    JSON.stringify([space, options, input, outputs])
  const { space, options, input, outputs } = supernet
  if (of({ ...architecture, space, options, input, outputs }) !== of(architecture))
    throw new InputError(`${folder}: its architecture is of another supernet or other data than the configuration`)
}
