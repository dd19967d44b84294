import { InputError } from '../base/errors.js'
import type { Config } from '../config/config-schema.js'
import { withDecision } from '../data/decision.js'
import { beginning } from '../events/beginning.js'
import type { Event } from '../events/types.js'
import type { Schedule } from '../schedule/types.js'
import type { Checkpoint, MenuEntry } from '../search/state.js'
import { requireMemory } from '../setup/trial-memory.js'
import type { OwnParts } from '../setup/single-trial.js'
import type { Architecture } from '../supernet/types.js'
import type { ShardExecutor } from '../train/shard.js'
import type { TrialMetrics } from '../trial/figures.js'
import { isOfLast } from '../trial/stages.js'
import { runTrial } from '../trial/trial.js'
import type { Trial, TrialResult } from '../trial/types.js'
import type { DataSource } from './data.js'
import type { ModelParts } from './predictor.js'
import { plain, reportOf } from './report.js'
import { ownPartsOf, type SearchSettings } from './request.js'

/** The result of a search. The capabilities of its model depend on the environment, Node or browser. */
export interface SearchFindings<M> {
  readonly architecture: Architecture
  /** The trained derived network. */
  readonly model: M
  /** The content of a run's `metrics.json`. */
  readonly metrics: TrialMetrics
  /** The schedule with the λ that was used. */
  readonly schedule: Schedule
  /** The architectures of the menu's sizes, if the budget has a menu. */
  readonly menu: readonly MenuEntry[]
  readonly events: readonly Event[]
  /** Makes the report, an HTML page. */
  readonly report: () => Promise<string>
}

/** What a search needs from its environment, and the model that it makes there. */
export interface SearchHost<M> {
  /** Makes the backend of a configuration the current one. */
  readonly start: (config: Config) => Promise<void>
  readonly setup: (config: Config, ownParts: OwnParts) => Promise<Trial>
  /** Calls `use` with the threads that compute shards; without an argument, this thread computes them. */
  readonly compute: <T>(trial: Trial, use: (execute?: ShardExecutor) => Promise<T>) => Promise<T>
  readonly model: (parts: ModelParts) => M
}

/** Searches, prunes, derives, retrains and judges, in memory. */
export async function searchInMemory<M>(
  request: SearchSettings,
  config: Config,
  { start, setup, compute, model }: SearchHost<M>,
): Promise<SearchFindings<M>> {
  const { data, checkpoints, signal } = request
  const { events, emit } = recording(request)
  return runOnBackend(config, async () => {
    await start(config)
    const trial = await setup(config, ownPartsOf(request))
    requireMemory(trial)
    const last = checkpoints?.last()
    const before = last?.checkpoint
    events.push(...(last?.events ?? []))
    const begun = before !== undefined && isOfLast(trial, before)
    const hooks = {
      // A resumed search emits the events of its beginning again, but they are already recorded.
      emit: (event: Event) => (begun && beginning.has(event.type) ? undefined : emit(event)),
      checkpoint: before,
      signal,
      ...(checkpoints && { save: (checkpoint: Checkpoint) => checkpoints.save({ checkpoint, events }) }),
    }
    const result = await compute(trial, (execute) => runTrial(trial, { ...hooks, execute }))
    return findingsOf(trial, result, events, data, model)
  })
}

/** Records the events of a search, and passes them on. */
export function recording({ onEvent }: SearchSettings): { events: Event[]; emit: (event: Event) => void } {
  const events: Event[] = []
  return {
    events,
    emit(event) {
      events.push(event)
      onEvent?.(event)
    },
  }
}

/**
 * The number of running searches and their backend. They must share it, because TensorFlow.js has one at a
 * time.
 */
const running = { count: 0, on: '' }

/** Runs `work`, unless another search of this process is running on another backend. */
export async function runOnBackend<T>({ backend, relaxedSimd }: Config, work: () => Promise<T>): Promise<T> {
  const on = relaxedSimd ? `${backend}, relaxedSimd` : backend
  if (running.count > 0 && running.on !== on)
    throw new InputError(
      `backend: expected ${running.on}, on which another search of this process runs, got ${on}; wait for it, or search in another process`,
    )
  running.on = on
  running.count += 1
  try {
    return await work()
  } finally {
    running.count -= 1
  }
}

/** The findings of a search, made from the result of its trial. */
export function findingsOf<M>(
  trial: Trial,
  result: TrialResult,
  events: readonly Event[],
  { labels }: DataSource,
  model: (parts: ModelParts) => M,
): SearchFindings<M> {
  const { architecture, graph, values, metrics, schedule, menu } = result
  const { config, metric } = trial
  const data = withDecision(trial.data, metrics.decision)
  return {
    architecture,
    schedule,
    menu,
    events,
    metrics: plain<TrialMetrics>(metrics),
    model: model({ name: config.name, data, metric, graph, values, labels }),
    report: () => reportOf(trial, result, events),
  }
}
