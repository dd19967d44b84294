import { useBackend } from '../backend/index.js'
import { InputError } from '../base/errors.js'
import type { Config } from '../config/config-schema.js'
import { resolveConfig } from '../config/load-config.js'
import type { ScheduleDocument } from '../config/schedule-schema.js'
import { absolutePaths } from '../data/data-settings.js'
import type { Event } from '../events/types.js'
import { drawArchitecture } from '../export/dot.js'
import type { Term } from '../objective/terms/types.js'
import type { AnyPlanner } from '../planners/types.js'
import { renderReport } from '../report/html.js'
import type { Run } from '../report/run.js'
import { withoutVoid } from '../report/standing.js'
import { requireMemory } from '../runs/plan-run.js'
import { beginning, searchRun } from '../runs/search-run.js'
import { withWorkers } from '../runs/workers.js'
import { rowsOf } from '../schedule/rows.js'
import type { Schedule } from '../schedule/types.js'
import type { Rule } from '../search/decide/rules/types.js'
import type { Checkpoint, MenuEntry } from '../search/state.js'
import { extensionsIn, setupTrial } from '../setup/setup-trial.js'
import type { Relaxation } from '../supernet/relaxations/types.js'
import type { ChosenSpace } from '../supernet/space.js'
import type { Architecture } from '../supernet/types.js'
import type { TrialMetrics } from '../trial/figures.js'
import { runTrial } from '../trial/trial.js'
import type { Trial, TrialResult } from '../trial/types.js'
import type { CheckpointStore } from './checkpoints.js'
import type { DataSource } from './data.js'
import { modelOf, type Model } from './model.js'

/** All of a type's keys optional, however deep. */
export type Partly<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: Partly<T[K]> }
    : T

/** Keys of a configuration that a search takes as they stand there, each with its default. */
type Settings = Partly<
  Pick<
    Config,
    | 'name'
    | 'seed'
    | 'backend'
    | 'relaxedSimd'
    | 'split'
    | 'objective'
    | 'budget'
    | 'search'
    | 'retrain'
    | 'criteria'
    | 'benchmark'
  >
> & { readonly relaxation?: Config['relaxation'] }

export interface SearchRequest extends Settings {
  /** A space with its options, as `sentei/spaces` has them; or the name of one, with the usual options. */
  readonly space: ChosenSpace | string
  readonly data: DataSource
  /** A preset's name, a document, or a file; `auto` by default: what suits the space. */
  readonly schedule?: string | Partial<ScheduleDocument> | Readonly<Record<string, unknown>>
  /** Layers and members that the supernet is restricted to, as `supernet.restrict` of a configuration. */
  readonly restrict?: Config['supernet']['restrict']
  /** Terms, planners, relaxations and rules of projection beside the registry's. */
  readonly terms?: readonly Term[]
  readonly relaxations?: readonly Relaxation[]
  readonly rules?: readonly Rule[]
  readonly planners?: readonly AnyPlanner[]
  /** Aborting it ends the search with `Interrupted`; `checkpoints`, or the folder, then know where it stood. */
  readonly signal?: AbortSignal
  readonly onEvent?: (event: Event) => void
  /** Threads that compute shards, this one included; 1 by default. Any number gives the same result. */
  readonly workers?: number
  /** Where the state is left on the way: a search that finds one there goes on from it. Not beside `saveTo`, which has its own. */
  readonly checkpoints?: CheckpointStore
  /** A folder, new or empty, for all that a run of the command line leaves: log, checkpoints, model, card, report. */
  readonly saveTo?: string
}

export interface SearchResult {
  readonly architecture: Architecture
  /** The derived network, trained. */
  readonly model: Model
  /** What `metrics.json` of a run holds. */
  readonly metrics: TrialMetrics
  /** With the λ that was used. */
  readonly schedule: Schedule
  /** The architectures of the menu's sizes, where the budget has a menu. */
  readonly menu: readonly MenuEntry[]
  readonly events: readonly Event[]
  /** The report of a run, a page of HTML. */
  readonly report: () => Promise<string>
}

/**
 * Searches, prunes, derives, retrains and judges, in memory. The same data, settings and seed give the same bytes as a run
 * of the command line. Throws InputError where something asked for cannot be, Diverged and Interrupted.
 */
export async function search(request: SearchRequest): Promise<SearchResult> {
  const { data, saveTo, checkpoints, signal, workers } = request
  const config = configOf(request)
  const events: Event[] = []
  const emit = (event: Event): void => {
    events.push(event)
    request.onEvent?.(event)
  }
  const { terms, planners, relaxations, rules, space } = request
  const extensions = {
    ...extensionsIn({ terms, planners, relaxations, rules }),
    ...(typeof space !== 'string' && { spaces: [space.space] }),
    ...(data.given && { given: data.given }),
  }
  return alone(config, async () => {
    if (saveTo !== undefined) {
      let found: { trial: Trial; result: TrialResult } | undefined
      const onResult = (trial: Trial, result: TrialResult) => void (found = { trial, result })
      const hooks = { onEvent: emit, onResult, ...(signal && { signal }), ...(workers && { workers }) }
      await searchRun({ config, out: saveTo, ...extensions, ...hooks })
      return resultOf(found!.trial, found!.result, events, data)
    }
    await useBackend(config.backend, { relaxed: config.relaxedSimd })
    const trial = await setupTrial(config, '.', extensions)
    requireMemory(trial)
    const last = checkpoints?.last()
    const before = last?.checkpoint
    events.push(...(last?.events ?? []))
    const hooks = {
      // A search that goes on begins anew, what it tells goes on.
      emit: (event: Event) => (before && beginning.has(event.type) ? undefined : emit(event)),
      ...{ checkpoint: before, ...(signal && { signal }) },
      ...(checkpoints && { save: (checkpoint: Checkpoint) => checkpoints.save({ checkpoint, events }) }),
    }
    const stages = { search: trial.config.search, retrain: trial.config.retrain }
    const result = await withWorkers(config, { ...(workers && { workers }) }, stages, ({ execute }) =>
      runTrial(trial, { ...hooks, execute }),
    )
    return resultOf(trial, result, events, data)
  })
}

/** The searches that run now, all on one backend: TensorFlow.js has one at a time. */
const running = { count: 0, on: '' }

async function alone<T>({ backend, relaxedSimd }: Config, work: () => Promise<T>): Promise<T> {
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

/** The configuration that a request comes to. */
function configOf({ space, data, schedule, restrict, ...request }: SearchRequest): Config {
  const { terms: _, planners: __, relaxations: ___, rules: ____, ...asked } = request
  const { signal, onEvent, workers = 1, checkpoints, saveTo, ...settings } = asked
  if (!Number.isInteger(workers) || workers < 1)
    throw new InputError(`workers: expected integer ≥ 1, got ${workers}`)
  if (typeof space !== 'string' && typeof space?.space?.build !== 'function')
    throw new InputError(
      'space: expected a name, or a space with its options as mlpCell() of sentei/spaces or chooser(space)() gives it',
    )
  if (typeof data?.data !== 'object' || 'then' in data)
    throw new InputError(
      'data: expected what fromArrays, fromRecords, fromFiles, or fromTensors and fromDataset (with await) give',
    )
  const supernet =
    typeof space === 'string' ? { space } : { space: space.space.name, options: { ...space.options } }
  return resolveConfig({
    ...settings,
    // Of the data's folder are its own paths alone.
    data: absolutePaths(data.data, data.folder ?? '.'),
    ...((data.split ?? settings.split) && { split: { ...data.split, ...settings.split } }),
    supernet: { ...supernet, ...(restrict && { restrict }) },
    ...(schedule !== undefined && { schedule }),
  })
}

function resultOf(
  trial: Trial,
  result: TrialResult,
  events: readonly Event[],
  { labels }: DataSource,
): SearchResult {
  const { architecture, graph, values, metrics, schedule, menu } = result
  const { config, data, metric } = trial
  return {
    ...{ architecture, schedule, menu, events, metrics: plain<TrialMetrics>(metrics) },
    model: modelOf({ name: config.name, data, metric, graph, values, ...(labels && { labels }) }),
    async report() {
      return renderReport(runOf(trial, result, events), await drawArchitecture(architecture))
    },
  }
}

/** As JSON has it: null where a figure is none. */
const plain = <T>(value: unknown): T => JSON.parse(JSON.stringify(value)) as T

/** What a report reads, as it would find it in a run's folder. */
function runOf(
  trial: Trial,
  { architecture, metrics, schedule, steps, seconds }: TrialResult,
  events: readonly Event[],
): Run {
  return {
    config: plain(trial.written),
    events: withoutVoid(plain<Event[]>(events)),
    schedule: rowsOf(schedule, steps).map(([from, to, layer, term, lambda]) => ({
      from,
      to,
      layer,
      term,
      lambda,
    })),
    architecture,
    metrics: plain(metrics),
    timings: {
      searchSeconds: seconds.search,
      baselineSeconds: seconds.baseline,
      retrainSeconds: seconds.retrain,
    },
  }
}
