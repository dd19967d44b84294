import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { Type } from '@sinclair/typebox'
import { useBackend } from '../backend/index.js'
import { InputError } from '../base/errors.js'
import { Interrupted } from '../base/errors.js'
import { readSealed, writeSealed } from '../base/sealed.js'
import type { Config } from '../config/config-schema.js'
import type { Intervention } from '../config/intervention-schema.js'
import { requireValid } from '../config/validator.js'
import { beginning } from '../events/beginning.js'
import type { Event } from '../events/types.js'
import type { Tried } from '../planners/trying.js'
import { scheduleCsv } from '../schedule/rows.js'
import type { Checkpoint } from '../search/state.js'
import { keepLesson } from '../setup/lesson-store.js'
import { namingPlugins, requirePlugins, type PluginChange } from '../setup/plugins/needs.js'
import { extensionsIn, setupTrial, type Extensions } from '../setup/setup-trial.js'
import { requireMemory } from '../setup/trial-memory.js'
import type { WorkerPool } from '../train/workers/pool.js'
import { isOfLast } from '../trial/stages.js'
import { runTrial } from '../trial/trial.js'
import type { Trial, TrialClock, TrialHooks } from '../trial/types.js'
import { writeCheckpoint } from './checkpoint-file.js'
import { checkpointOf, checkpointToResume } from './checkpoints.js'
import { openEventLog } from './event-log.js'
import { readFailure, tellingFailure, unfinished } from './failure.js'
import type { RunHooks } from './hooks.js'
import { changesBy, checkLevers } from './interventions.js'
import { runPlanOf } from './plan-run.js'
import { writeResults } from './results.js'
import {
  beginChecksums,
  createRunFolder,
  isFinished,
  keepLog,
  readFinishedRun,
  readRunConfig,
  requireNewFolder,
  requireSameData,
  retrainedFrom,
  type FinishedRun,
} from './run-folder.js'
import { withRunLock } from '../base/run-lock.js'
import { absoluteConfig } from './run-paths.js'
import { stageShards, withWorkers } from './workers.js'

export interface SearchRunOptions extends RunHooks, Extensions {
  /** A resolved configuration, as returned by `loadConfig` and `resolveConfig`. */
  readonly config: Config
  /** The folder to which paths in the configuration are relative; by default the working folder. */
  readonly folder?: string
  /** The run's folder: new or empty. */
  readonly out: string
  /** Resumes the run in `out`, which must have the same configuration and data. */
  readonly resume?: boolean
  /** Resumes from the checkpoint before the last one, if the last one is damaged. */
  readonly previous?: boolean
  /**
   * Changes for a resumed run, as `path=value`. Only some settings may change. The run keeps the changes as
   * interventions.
   */
  readonly set?: readonly string[]
  /** Keeps the run within a time, if it has one. */
  readonly clock?: TrialClock
}

/**
 * Runs one search from configuration to report in a separate folder: search, prune, derive, retrain, judge,
 * export, verify. The same seed and configuration write the same bytes, except for times.
 */
export async function searchRun({
  config,
  folder = '.',
  out,
  resume = false,
  set = [],
  previous = false,
  ...hooks
}: SearchRunOptions): Promise<FinishedRun> {
  const prepare = async (interventions: readonly Intervention[] = []) => {
    await useBackend(config.backend, { relaxed: config.relaxedSimd })
    const extensions = { ...extensionsIn(hooks), interventions }
    const named = resume ? config : namingPlugins(config, hooks.plugins, 'config.plugins')
    const trial = await setupTrial(absoluteConfig(named, folder), folder, extensions)
    hooks.onData?.(trial.data)
    requireMemory(trial)
    return trial
  }
  const run = async (trial: Trial, begun: Begun = { interventions: [] }) => {
    await withWorkers(config, hooks, stageShards(trial.config), (pool) =>
      runInFolder(trial, out, hooks, pool, begun),
    )
    return readFinishedRun(out)
  }
  if (!resume) {
    requireNewFolder(out)
    const trial = await prepare()
    if (hooks.onPlan) hooks.onPlan(await runPlanOf(trial))
    return withRunLock(out, hooks.onNotice, () => {
      createRunFolder(out, trial.written, trial.data.dataset.hash)
      return run(trial)
    })
  }
  if (isFinished(out)) return finished(out, set)
  const replaced = requirePlugins(out, readRunConfig(out).plugins, hooks.plugins)
  return withRunLock(out, hooks.onNotice, async () => {
    const checkpoint = checkpointToResume(out, previous)
    // With a clock, the run is in the middle of its work, and what it is told came of the clock.
    const interventions = changesOf(out, config, checkpoint, set, hooks.clock && 'time')
    const trial = await prepare([...(checkpoint?.progress.interventions ?? []), ...interventions])
    checkSame(out, trial)
    checkLevers(interventions, trial.schedule)
    beginChecksums(out, trial.data.dataset.hash)
    return run(trial, { checkpoint, interventions, replaced })
  })
}

/**
 * Resumes a run, bit for bit as if it had never stopped, except for what `set` changes. A finished run is
 * returned as it is. A run that diverged continues only with other settings.
 */
export function resumeRun(
  out: string,
  options: RunHooks & Extensions & Pick<SearchRunOptions, 'previous' | 'set' | 'clock'> = {},
): Promise<FinishedRun> {
  return searchRun({ config: readRunConfig(out), folder: out, out, resume: true, ...options })
}

function finished(out: string, set: readonly string[]): FinishedRun {
  if (set.length === 0) return readFinishedRun(out)
  throw new InputError(`${out}: the run is finished and cannot change; retrain it, or start a new one`)
}

/** The interventions that `set` makes before a run continues. Throws if none may be made, or one must be. */
function changesOf(
  out: string,
  config: Config,
  checkpoint: Checkpoint | undefined,
  set: readonly string[],
  by?: string,
): Intervention[] {
  const failure = readFailure(out)
  const diverged = failure?.reason === 'diverged'
  const { search } = checkpoint?.stage ?? {}
  if (search !== undefined && search < (config.stages?.length ?? 0) && (diverged || set.length > 0))
    throw new InputError(
      `${out}: the run is in search ${search + 1} of ${config.stages!.length + 1}, and settings change in the last one only; ${diverged ? `it diverged: ${failure.message}; ` : ''}start a new run with other settings`,
    )
  if (diverged && set.length === 0) throw new InputError(`${out}: ${unfinished(out, false)}`)
  const { step = 0, progress } = checkpoint ?? {}
  const interventions = progress?.interventions ?? []
  return changesBy(set, { config, interventions, step, by, ...(diverged && { why: failure.message }) })
}

/** Where a run continues, and which changes are made before. */
interface Begun {
  readonly checkpoint?: Checkpoint | undefined
  readonly interventions: readonly Intervention[]
  /** Plugins of which the run goes on with other versions. */
  readonly replaced?: readonly PluginChange[]
}

async function runInFolder(
  trial: Trial,
  out: string,
  { onEvent, onResult, signal, onStoppable, clock }: RunHooks & Pick<SearchRunOptions, 'clock'>,
  { execute, workers }: WorkerPool,
  { checkpoint, interventions, replaced = [] }: Begun,
): Promise<void> {
  const log = openEventLog(out, checkpoint?.log)
  const before = checkpoint?.log?.seconds ?? 0
  const start = performance.now()
  const begun = checkpoint !== undefined && isOfLast(trial, checkpoint)
  const emit = (event: Event) => {
    // A resumed search emits the events of its beginning again, but the log already has them.
    if (!begun || !beginning.has(event.type)) log.append(event)
    onEvent?.(event)
  }
  const placeOf = ({ step, stage }: Checkpoint) => `${stage?.search} ${step}`
  let saved = checkpoint && placeOf(checkpoint)
  const save = (state: Checkpoint) => {
    const seconds = before + (performance.now() - start) / 1000
    writeCheckpoint(
      checkpointOf(out),
      { ...state, log: { ...log.mark(), seconds } },
      placeOf(state) === saved,
    )
    saved = placeOf(state)
  }
  try {
    for (const { index, need, by } of replaced)
      emit({
        type: 'intervention',
        stage: 'search',
        step: checkpoint?.step ?? 0,
        by: 'resume',
        what: `plugins.${index}.sha256`,
        from: need.sha256,
        to: by.sha256,
      })
    const tries = triesIn(out)
    const watched = {
      emit,
      save,
      checkpoint,
      interventions,
      execute,
      tries,
      signal,
      clock,
    }
    const work = () => runTrial(trial, watched)
    const result = await tellingFailure(emit, () => whileStoppable(onStoppable, work))
    onResult?.(trial, result)
    const { architecture, menu, graph, values, metrics, schedule, steps } = result
    const seconds = {
      searchSeconds: before + result.seconds.search,
      baselineSeconds: result.seconds.baseline,
      retrainSeconds: result.seconds.retrain,
      rivalsSeconds: result.seconds.rivals,
    }
    const csv = scheduleCsv(schedule, steps)
    const network = { graph, values }
    const results = { architecture, menu, network, metrics, seconds, workers, schedule: csv }
    await writeResults(out, trial, results, { emit, flush: () => void log.mark() })
    keepLesson(trial, basename(resolve(out)), result.lesson, metrics)
  } catch (error) {
    if (error instanceof Interrupted) keepLog(out)
    throw error
  } finally {
    log.close()
  }
}

/** Runs `work`, and tells that a signal can stop it meanwhile. */
export async function whileStoppable<T>(tell: RunHooks['onStoppable'], work: () => Promise<T>): Promise<T> {
  tell?.(true)
  try {
    return await work()
  } finally {
    tell?.(false)
  }
}

/** What a planner has tried in a run: read when the run is resumed, written after each try. */
function triesIn(out: string): NonNullable<TrialHooks['tries']> {
  const file = join(checkpointOf(out), 'tries.json')
  const remedy = 'restore it from a copy, or remove it: the attempts are repeated'
  const saved = readSealed(file, remedy)?.value ?? { tries: [] }
  requireValid(TriesSchema, saved, file)
  const known = saved.tries as Tried[]
  return {
    known,
    save: (tries) => {
      if (tries.length > known.length) writeSealed(file, { tries })
    },
  }
}

const TriesSchema = Type.Object({
  tries: Type.Array(
    Type.Object({
      error: Type.Union([Type.Number(), Type.Null()]),
      cost: Type.Number(),
      generation: Type.Integer(),
      rung: Type.Integer(),
      genome: Type.Array(Type.Number()),
      steps: Type.Integer(),
    }),
  ),
})

function checkSame(out: string, trial: Trial): void {
  if (existsSync(join(out, retrainedFrom)))
    throw new InputError(`${out}: a retraining cannot be resumed; remove the folder and retrain again`)
  if (JSON.stringify(readRunConfig(out)) !== JSON.stringify(trial.written))
    throw new InputError(
      `${out}: the run has another configuration; resume it with its own, or start a new one`,
    )
  requireSameData(out, trial.data)
}
