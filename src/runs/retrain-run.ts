import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { useBackend } from '../backend/index.js'
import { readKept, remedyFor } from '../base/checksums.js'
import { InputError } from '../base/errors.js'
import { writeJson } from '../base/files.js'
import { damaged } from '../base/sealed.js'
import type { Config } from '../config/config-schema.js'
import { behindSearch, withInterventions } from '../config/interventions.js'
import type { Event } from '../events/types.js'
import { costOf } from '../nn/cost.js'
import { eventsOf } from '../report/history.js'
import { withPrefix } from '../train/named-arrays.js'
import { requirePlugins } from '../setup/plugins/needs.js'
import type { Plugins } from '../setup/plugins/types.js'
import { extensionsIn, setupTrial, type Extensions } from '../setup/setup-trial.js'
import { requireMemory } from '../setup/trial-memory.js'
import { illegality, restrictTo } from '../supernet/prune.js'
import { sparsityByLayer } from '../supernet/structure.js'
import type { Architecture } from '../supernet/types.js'
import type { WorkerPool } from '../train/workers/pool.js'
import { baselineOf, isTaught, isUnpruned, teacherFor, trainBaseline } from '../trial/baseline.js'
import type { Baseline, KeptMetrics, Retrained } from '../trial/figures.js'
import { calibrated } from '../trial/calibrate.js'
import { decidedBy, type Decided } from '../trial/decide.js'
import { judgeRetrained, retrainFigures } from '../trial/measure.js'
import { noiseOf, withEarlier } from '../trial/noise.js'
import { removedOf } from '../trial/removed.js'
import { networkToRetrain } from '../trial/retrain-architecture.js'
import { retrainStage } from '../trial/retrain-stage.js'
import { compete } from '../trial/rivals/compete.js'
import { startEvent } from '../trial/trial.js'
import { trainingAgain, type TrainingAgain } from '../trial/training-again.js'
import type { Trial, TrialHooks } from '../trial/types.js'
import { lastCheckpoint, lastCheckpointFile } from './checkpoints.js'
import { openEventLog } from './event-log.js'
import { tellingFailure } from './failure.js'
import type { RunHooks } from './hooks.js'
import { lastSearch } from './last-search.js'
import { menuArchitecture, readArchitectureFile } from './menu.js'
import { readEvents } from './read-run.js'
import { writeResults } from './results.js'
import {
  createRunFolder,
  readFinishedRun,
  requireNewFolder,
  requireSameData,
  retrainedFrom,
  type FinishedRun,
  type Timings,
} from './run-folder.js'
import { withRunLock } from '../base/run-lock.js'
import { pathFrom } from './run-paths.js'
import { whileStoppable } from './search-run.js'
import { withWorkers } from './workers.js'

export interface RetrainRunOptions extends RunHooks, Extensions {
  /** The folder of the finished run whose architecture is trained. */
  readonly run: string
  /** Trains another architecture of the run's space: one size of its menu, or a file that `derive` wrote. */
  readonly menu?: number | undefined
  readonly architecture?: string | undefined
  /** Changes the run's configuration, for example the seed or the number of steps. */
  readonly configure?: (config: Config) => Config
  /** The folder of the new run: new or empty. */
  readonly out: string
}

/**
 * Trains the architecture of a finished run again, in a separate folder. The rows stay in their splits
 * whatever the seed is, because the architecture was chosen without seeing the test rows of that run.
 */
export async function retrainRun({
  run,
  menu,
  architecture: file,
  configure = (config) => config,
  out,
  ...hooks
}: RetrainRunOptions): Promise<FinishedRun> {
  requireNewFolder(out)
  const finished = readFinishedRun(run)
  const chosen =
    file !== undefined
      ? readArchitectureFile(file)
      : menu !== undefined
        ? menuArchitecture(run, menu)
        : undefined
  const origin = { ...finished, architecture: chosen ?? finished.architecture }
  const { split, seed } = origin.config
  const held = { ...changed(origin), split: { ...split, seed: split.seed ?? seed } }
  const config = withCurrentPlugins(run, configure(held), hooks.plugins)
  await useBackend(config.backend, { relaxed: config.relaxedSimd })
  const trial = lastSearch(run, await setupTrial(config, run, extensionsIn(hooks)))
  if (isTaught(trial)) requireMemory(trial, ['baseline'])
  checkSameSpace(trial, origin, file ?? run)
  requireSameData(run, trial.data)
  if (chosen) checkChosen(trial, chosen)
  const stages = { retrain: config.retrain }
  return withRunLock(out, hooks.onNotice, async () => {
    createRunFolder(out, trial.written, trial.data.dataset.hash)
    const origins = {
      run: pathFrom(out, run),
      seed,
      ...(file !== undefined ? { architecture: pathFrom(out, file) } : menu !== undefined ? { menu } : {}),
    }
    writeJson(join(out, retrainedFrom), origins)
    await withWorkers(config, hooks, stages, (pool) =>
      retrainInFolder(trial, origin, chosen !== undefined, out, hooks, pool),
    )
    return readFinishedRun(out)
  })
}

/** A run's configuration with the changes that were made to its retraining during the search. */
function changed({ folder, config }: FinishedRun): Config {
  const interventions = eventsOf(readEvents(folder), 'intervention')
  return withInterventions(config, behindSearch(interventions.filter(({ stage }) => stage === 'search')))
}

/** A run's configuration with the versions of its plugins that stand in for those of the run. */
function withCurrentPlugins(run: string, config: Config, plugins: Plugins | undefined): Config {
  const replaced = requirePlugins(run, config.plugins, plugins)
  if (replaced.length === 0) return config
  const current = config.plugins!.map((need, i) => {
    const by = replaced.find(({ index }) => index === i)?.by
    return by ? { name: by.name, sha256: by.sha256, parts: [...by.parts] } : need
  })
  return { ...config, plugins: current }
}

async function retrainInFolder(
  trial: Trial,
  origin: FinishedRun,
  chosen: boolean,
  out: string,
  { onEvent, signal, onStoppable }: RunHooks,
  { execute, workers }: WorkerPool,
): Promise<void> {
  const schedule = readKept(origin.folder, 'schedule.csv')?.toString('utf8')
  if (schedule === undefined)
    throw damaged(
      join(origin.folder, 'schedule.csv'),
      'no such file',
      remedyFor(origin.folder, 'schedule.csv'),
    )
  const log = openEventLog(out)
  const emit = (event: Event) => {
    log.append(event)
    onEvent?.(event)
  }
  try {
    emit(startEvent(trial))
    const inherited = trial.config.retrain.from === 'inherited' ? searchedWeights(origin.folder) : undefined
    const hooks = { emit, execute, signal }
    const work = async () => {
      const { seconds, ...trained } = await trainAgain(trial, hooks, origin, inherited)
      const decided = decidedBy(trial, trained.retrained)
      const { retrained } = decided
      const metrics = await newMetrics(decided, hooks, origin, { ...trained, retrained }, chosen)
      return { seconds, metrics, retrained }
    }
    const { seconds, metrics, retrained } = await tellingFailure(emit, () =>
      whileStoppable(onStoppable, work),
    )
    await writeResults(
      out,
      trial,
      {
        architecture: origin.architecture,
        network: retrained,
        metrics,
        seconds: { searchSeconds: origin.timings.searchSeconds, ...seconds },
        workers,
        schedule,
      },
      { emit, flush: () => void log.mark() },
    )
  } finally {
    log.close()
  }
}

/** The networks that were trained. */
interface TrainedAgain {
  readonly retrained: Retrained
  /** The unpruned supernet trained with this seed; null if it was not trained. */
  readonly baseline: Baseline | null
  readonly again: TrainingAgain
}

async function trainAgain(
  trial: Trial,
  hooks: TrialHooks,
  { architecture, metrics, timings }: FinishedRun,
  inherited: ReadonlyMap<string, Float32Array> | undefined,
): Promise<TrainedAgain & { seconds: Pick<Timings, 'baselineSeconds' | 'retrainSeconds'> }> {
  const { graph, initial } = networkToRetrain(trial, architecture, inherited)
  const same = isUnpruned(trial, { graph, initial })
  const start = performance.now()
  const learnsFrom = !same && isTaught(trial) ? await trainBaseline(trial, hooks) : null
  const between = performance.now()
  const retrained = await retrainStage(trial, hooks, 'retrain', graph, initial, teacherFor(trial, learnsFrom))
  return {
    retrained: calibrated(trial, retrained),
    again: trainingAgain(trial, hooks, { architecture, inherited, baseline: learnsFrom }),
    baseline: same && metrics.baseline ? baselineOf(trial, retrained) : learnsFrom,
    seconds: {
      baselineSeconds: learnsFrom ? (between - start) / 1000 : timings.baselineSeconds,
      retrainSeconds: (performance.now() - between) / 1000,
    },
  }
}

/**
 * Keeps what the search measured, and replaces what the retraining measured. For a `chosen` architecture,
 * which differs from the run's result, the loss by deriving was not measured. The menu stays in the original
 * run.
 */
async function newMetrics(
  { trial, decision }: Decided,
  hooks: TrialHooks,
  { metrics: { menu: _, rivals: __, decision: ___, ...origin }, architecture, config }: FinishedRun,
  { retrained, baseline, again: train }: TrainedAgain,
  chosen: boolean,
): Promise<KeptMetrics> {
  const { test, criteria, measured } = await judgeRetrained(trial, retrained, train)
  const rivals = await compete(trial, hooks, measured)
  const trainedBy = ({ seed, backend, retrain }: Config) => ({ seed, backend, retrain })
  const again = !chosen && isDeepStrictEqual(trainedBy(trial.config), trainedBy(config))
  const noise = withEarlier(
    noiseOf(trial, { supernet: null, baseline: baseline?.measured ?? null, final: measured }),
    origin.noise,
    { newer: baseline !== null, same: again },
  )
  const metrics = {
    ...origin,
    // If the unpruned supernet was trained again, it is the baseline for this seed.
    ...(baseline && { baseline: baseline.figures }),
    noise,
    seed: trial.config.seed,
    backend: trial.config.backend,
    retrain: retrainFigures(retrained),
    validation: { ...origin.validation, final: retrained.validation },
    test: { supernet: origin.test.supernet, ...test },
    criteria,
    decision,
    rivals,
  }
  if (!chosen) return metrics
  const { budget, tolerated, ...kept } = metrics
  const left = restrictTo(trial.supernet, architecture).supernet
  return {
    ...kept,
    validation: { ...kept.validation, derivedBeforeRetrain: null, derivedGatesDropped: null },
    gap: { ...kept.gap, derive: null, gatesDropped: null },
    removed: removedOf(trial.supernet, left),
    derived: {
      ...costOf(retrained.graph),
      sparsityByLayer: sparsityByLayer(left, trial.supernet),
    },
    ...(trial.benchmark && { benchmark: trial.benchmark(architecture) }),
  }
}

/** Throws if a chosen architecture is not legal, or if its weights would have to be inherited. */
function checkChosen({ config, supernet }: Trial, architecture: Architecture): void {
  const reason = illegality(restrictTo(supernet, architecture).supernet)
  if (reason !== undefined) throw new InputError(`architecture.${reason}`)
  if (config.retrain.from === 'inherited')
    throw new InputError(
      'config.retrain.from: inherited weights are those of what the search ended with; train another architecture from scratch',
    )
}

function searchedWeights(run: string): Map<string, Float32Array> {
  const checkpoint = lastCheckpoint(run, 'restore it from a copy, or retrain from scratch')
  if (!checkpoint)
    throw new InputError(
      `${lastCheckpointFile(run)}: no checkpoint; retrain.from inherited needs the searched weights`,
    )
  return withPrefix(checkpoint.arrays, 'w/')
}

function checkSameSpace({ supernet }: Trial, { architecture }: FinishedRun, where: string): void {
  const of = ({ space, options, input, outputs }: typeof architecture) =>
    JSON.stringify([space, options, input, outputs])
  const { space, options, input, outputs } = supernet
  if (of({ ...architecture, space, options, input, outputs }) !== of(architecture))
    throw new InputError(
      `${where}: its architecture is of another supernet or other data than the configuration`,
    )
}
