import { existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { InputError } from '../base/errors.js'
import type { Config } from '../config/config-schema.js'
import { readDocument } from '../config/document.js'
import { loadConfig } from '../config/load-config.js'
import type { ScheduleDocument } from '../config/schedule-schema.js'
import { eventsOf, startOf } from '../report/history.js'
import type { LambdaChart } from '../report/lambda-map.js'
import type { GateMotion } from '../schedule/pressure.js'
import { rowsOf } from '../schedule/rows.js'
import type { Schedule } from '../schedule/types.js'
import { motionOf } from '../search/gates/gate-time.js'
import { resolveSchedule } from '../setup/schedule-file.js'
import { requirePlugins } from '../setup/plugins/needs.js'
import { setupTrial, type Extensions } from '../setup/setup-trial.js'
import { readEvents, readSchedule } from './read-run.js'
import { readRunConfig } from './run-folder.js'

/** λ for display: as compiled, or as a run used it. */
export interface ScheduleView extends LambdaChart {
  readonly name: string
  readonly description: string
}

/** A schedule as an argument names it, with its λ if that is known. */
export interface NamedSchedule {
  readonly kind: 'schedule' | 'configuration' | 'run'
  readonly document: ScheduleDocument
  /** λ: for a configuration as it will be used, for a run as it was used. */
  readonly view?: ScheduleView
}

/** Reads a configuration, and finds the parts that it needs. */
type LoadConfiguration = (path: string) => Loaded | Promise<Loaded>
interface Loaded {
  readonly config: Config
  readonly extensions: Extensions
}

/**
 * The schedule that an argument names: a preset, a schedule's JSON file, a configuration (whose data are
 * read, because they determine the number of iterations), or the folder of a finished run. `extensions` have your own
 * parts, and `load` reads a configuration, which may need more of them.
 */
export async function namedSchedule(
  name: string,
  extensions: Extensions = {},
  load: LoadConfiguration = (path) => ({ config: loadConfig(path).config, extensions }),
): Promise<NamedSchedule> {
  if (isFolder(name)) return { kind: 'run', ...ofRun(name, extensions) }
  if (!isConfiguration(name))
    return { kind: 'schedule', document: resolveSchedule(name, '.', 'schedule', extensions.planners) }
  const loaded = await load(name)
  const trial = await setupTrial(loaded.config, dirname(resolve(name)), loaded.extensions)
  const document = trial.config.schedule as ScheduleDocument
  const { schedule, relaxation, config: resolved } = trial
  const motion = motionOf(schedule, relaxation, resolved.search.gates.travel)
  const view = scheduleView(document, schedule, trial.supernet.layers, motion)
  return { kind: 'configuration', document, view }
}

/** A compiled schedule for display. */
export function scheduleView(
  { name, description }: ScheduleDocument,
  schedule: Schedule,
  layers: readonly string[],
  motion?: GateMotion,
): ScheduleView {
  return {
    name,
    description,
    layers,
    steps: schedule.steps,
    motion,
    phases: schedule.phases.map((phase) => ({ name: phase.name, step: phase.from })),
    segments: rowsOf(schedule).map(([from, to, layer, term, lambda]) => ({ from, to, layer, term, lambda })),
  }
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory()

function ofRun(folder: string, { planners, plugins }: Extensions): Omit<NamedSchedule, 'kind'> {
  const config = readRunConfig(folder)
  // Only a planner of one's own must be known to read what it planned.
  requirePlugins(folder, config.plugins, plugins, 'planner')
  const document = resolveSchedule(config.schedule, folder, undefined, planners)
  const segments = readSchedule(folder)
  if (!segments)
    throw new InputError(
      `${join(folder, 'schedule.csv')}: no such file; the run is not finished: go on with "sentei resume ${folder}", or see what it will use: sentei schedule show ${join(folder, 'config.json')}`,
    )
  const events = readEvents(folder)
  const start = startOf(events)
  const view = {
    name: document.name,
    description: document.description,
    layers: start?.layers ?? [],
    steps: start?.steps ?? segments.reduce((last, { to }) => Math.max(last, to), 0),
    phases: eventsOf(events, 'phase').map(({ name, step }) => ({ name, step })),
    segments,
    ...(start?.gates && { motion: start.gates }),
  }
  return { document, view }
}

/** Whether a file is a configuration, which has a supernet. */
function isConfiguration(path: string): boolean {
  if (!existsSync(path) || !/\.(ya?ml|json)$/.test(path)) return false
  const { value } = readDocument(path, 'schedule')
  return typeof value === 'object' && value !== null && 'supernet' in value
}
