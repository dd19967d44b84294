import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { remedyFor } from '../base/checksums.js'
import { InputError } from '../base/errors.js'
import { nodeSha256 } from '../base/files.js'
import { damaged } from '../base/sealed.js'
import { ScheduleSchema, type ScheduleDocument } from '../config/schedule-schema.js'
import { validate } from '../config/validator.js'
import { eventsOf, startOf } from '../report/history.js'
import { readLatency } from '../setup/latency-file.js'
import { replaySettings } from '../setup/replay-check.js'
import { lastCheckpoint, lastCheckpointFile } from './checkpoints.js'
import { eventsFile } from './log-mark.js'
import { readEvents, readSchedule } from './read-run.js'
import { readFinishedRun, retrainedFrom } from './run-folder.js'

/**
 * Returns the schedule that a finished run used as an expert document, which replays the run bit for bit. It
 * contains each λ as a number, the hash of the run's initial state, and every removal. The document needs no
 * planner, even if a planner found λ.
 */
export function freezeRun(folder: string): ScheduleDocument {
  if (existsSync(join(folder, retrainedFrom)))
    throw new InputError(
      `${folder}: a retraining has no search to freeze; freeze the run that it names in ${retrainedFrom}`,
    )
  const { config } = readFinishedRun(folder)
  const checkpoint = lastCheckpoint(folder, 'restore it from a copy, or search again')
  if (!checkpoint)
    throw new InputError(`${lastCheckpointFile(folder)}: no checkpoint, so the start of the run is unknown`)
  const events = readEvents(folder)
  const start = startOf(events)
  if (!start)
    throw damaged(join(folder, eventsFile), 'expected the event "start"', remedyFor(folder, eventsFile))
  const used = readSchedule(folder)
  if (!used) throw damaged(join(folder, 'schedule.csv'), 'no such file', remedyFor(folder, 'schedule.csv'))
  // In a run's configuration, names and paths of schedules have been replaced by the document itself.
  const document = validate(ScheduleSchema, config.schedule, 'schedule')
  const { initial, data } = checkpoint.origin
  const { interventions } = checkpoint.progress
  const { latency } = config.objective
  return {
    name: document.replay ? document.name : `${document.name}-frozen`,
    description: `What the run ${basename(resolve(folder))} used, number by number: replays it bit for bit.`,
    kind: 'expert',
    phases: document.phases.map(({ name, until, train, gates, paths }) => ({
      name,
      until,
      losses: { task: 1, reconstruction: 0 },
      train,
      gates,
      paths,
      terms: [],
    })),
    prune: document.prune,
    budget: document.budget,
    table: used.map(({ from, to, layer, term, lambda }) => [from, to, layer, term, lambda]),
    replay: {
      steps: start.steps,
      initial,
      data,
      ...(latency !== undefined && { latency: nodeSha256(readLatency(latency, folder).text) }),
      config: replaySettings(config),
      removals: eventsOf(events, 'removal').map(({ step, group, members, by }) => ({
        step,
        group,
        members,
        by,
      })),
      ...(interventions.length > 0 && { interventions }),
    },
  }
}

/** A schedule document as JSON, with one line for each row of its table and each removal. */
export function scheduleText(document: ScheduleDocument): string {
  const { table, replay, ...rest } = document
  const lines = (items: readonly unknown[], indent: string) =>
    items.length === 0
      ? '[]'
      : `[\n${items.map((item) => `${indent}  ${JSON.stringify(item)}`).join(',\n')}\n${indent}]`
  const { removals, interventions, ...origin } = replay ?? {}
  const changes = interventions ? `,\n    "interventions": ${lines(interventions, '    ')}` : ''
  const more = [
    ...(table ? [`  "table": ${lines(table, '  ')}`] : []),
    ...(replay
      ? [`  "replay": ${inner(origin)},\n    "removals": ${lines(removals!, '    ')}${changes}\n  }`]
      : []),
  ]
  const head = JSON.stringify(rest, null, 2).replace(/\n}$/, '')
  return [head, ...more].join(',\n') + '\n}\n'
}

/** The JSON of a nested object without its closing brace. */
const inner = (value: object): string =>
  JSON.stringify(value, null, 2)
    .replaceAll('\n', '\n  ')
    .replace(/\n {2}}$/, '')
