import { join } from 'node:path'
import { Type, type TSchema } from '@sinclair/typebox'
import { parse } from 'csv-parse/sync'
import { readKept, remedyFor } from '../base/checksums.js'
import { expected, InputError } from '../base/errors.js'
import { jsonObject } from '../base/sealed.js'
import { requireValid } from '../config/validator.js'
import { eventSchemas } from '../search/event-schema.js'
import { requireMarked } from '../search/log-mark.js'
import type { Event } from '../search/events.js'
import { ArchitectureSchema } from '../supernet/architecture-schema.js'
import { withoutVoid } from './standing.js'
import type { Architecture } from '../supernet/types.js'
import { RunMetricsSchema, RunTimingsSchema } from './run-schemas.js'

/** A run's folder as one plain object; what an unfinished run has not written yet is null or empty. */
export interface Run {
  readonly config: RunConfig
  readonly events: readonly Event[]
  readonly schedule: readonly ScheduleSegment[]
  readonly architecture: Architecture | null
  readonly metrics: RunMetrics | null
  readonly timings: RunTimings | null
}

/** The λ of one term on one layer (`*`: the whole net) at the iterations from ≤ t < to. */
export interface ScheduleSegment {
  readonly from: number
  readonly to: number
  readonly layer: string
  readonly term: string
  readonly lambda: number
}

/** The resolved configuration, with the keys that a report reads by name. */
export interface RunConfig extends Readonly<Record<string, unknown>> {
  readonly name?: string
  readonly seed?: number
  readonly backend?: string
  readonly data?: { readonly source?: string; readonly file?: string }
  readonly supernet?: { readonly space?: string }
  readonly retrain?: {
    readonly distillation?: { readonly share?: number | string }
    readonly options?: object
    readonly auxiliary?: number
  }
  readonly criteria?: readonly RunCriterion[]
}

/** One condition for accepting the model, as the configuration states it. */
export interface RunCriterion {
  readonly metric: string
  readonly split?: string
  readonly atLeast?: number
  readonly atMost?: number
}

/** A number of a JSON file: JSON has null where a computation gave NaN, and a reader has nothing. */
export type Figure = number | null | undefined

/** `metrics.json`, with the keys that a report reads. */
export interface RunMetrics {
  readonly metric?: string
  readonly supernet?: { readonly parameters?: Figure; readonly flops?: Figure }
  readonly baseline?: {
    readonly parameters?: Figure
    readonly flops?: Figure
    readonly validation?: Figure
    readonly test?: Figure
    /** Of the derived network's loss, what is held against its outputs. */
    readonly teaches?: number
    /** Why it has no metrics. */
    readonly diverged?: string
  } | null
  readonly validation?: { readonly supernet?: Figure; readonly final?: Figure; readonly baseline?: Figure }
  readonly test?: { readonly final?: Figure; readonly supernet?: Figure; readonly baseline?: Figure }
  readonly gap?: { readonly jumps?: Figure; readonly derive?: Figure; readonly gatesDropped?: Figure }
  /** What the search took away, and a notice where that is hardly anything. */
  readonly removed?: {
    readonly members?: Figure
    readonly of?: Figure
    readonly left?: Figure
    readonly notice?: string | null
  }
  /** Bootstrap intervals of the figures. */
  readonly noise?: {
    readonly resamples?: Figure
    readonly validation?: RunNoise | null
    readonly test?: RunNoise | null
  }
  readonly derived?: { readonly parameters?: Figure; readonly flops?: Figure }
  /** What the architecture costs of the schedule's budget, where it has one. */
  readonly budget?: {
    readonly metric?: string
    readonly limit?: Figure
    readonly whole?: Figure
    readonly cost?: Figure
  }
  /** What was retrained under a tolerance, where the budget has one. */
  readonly tolerated?: {
    readonly tolerance?: Figure
    readonly attempts?: readonly {
      readonly size?: Figure
      readonly cost?: Figure
      readonly worse?: Figure
      readonly allowed?: Figure
      /** The measure, where it is not the metric's error alone. */
      readonly by?: string
      /** Why it was not compared. */
      readonly diverged?: string
    }[]
    readonly kept?: Figure
    readonly within?: boolean | null
  }
  /** What was kept at each size of its menu, where the budget has one. */
  readonly menu?: readonly {
    readonly size?: Figure
    readonly cost?: Figure
    readonly step?: Figure
    readonly before?: Figure
    readonly after?: Figure
  }[]
  /** Where the architecture stands in a tabular benchmark, if the configuration names one. */
  readonly benchmark?: {
    readonly table?: string
    readonly metric?: string
    readonly rank?: Figure
    readonly of?: Figure
    readonly regret?: Figure
    readonly percentile?: Figure
  }
  readonly criteria?: {
    readonly passed?: boolean
    /** In the order of the configuration's criteria. */
    readonly results?: readonly { readonly value?: Figure; readonly passed?: boolean }[]
  }
}

type RunInterval = readonly Figure[] | null | undefined

/** Intervals of one split. */
interface RunNoise {
  readonly of?: 'rows' | 'groups' | 'blocks' | 'stretches'
  readonly supernet?: RunInterval
  readonly baseline?: RunInterval
  readonly final?: RunInterval
  readonly difference?: { readonly value?: Figure; readonly interval?: RunInterval } | null
}

/** `timings.json`, with the keys that a report reads; seconds. */
export interface RunTimings {
  readonly searchSeconds?: Figure
  readonly baselineSeconds?: Figure
  readonly retrainSeconds?: Figure
}

/**
 * Reads a run's folder; throws InputError where `config.json` or `events.jsonl` is missing, or any file is damaged or
 * something else than a run writes.
 */
export function readRun(folder: string): Run {
  const remedy = remedyFor(folder, '')
  const optional = <T>(name: string, schema: TSchema): T | null => {
    const bytes = readKept(folder, name)
    if (!bytes) return null
    const value = jsonObject(bytes, join(folder, name), remedy)
    requireValid(schema, value, join(folder, name))
    return value as T
  }
  const config = optional<RunConfig>('config.json', Type.Object({}))
  if (!config) throw missing(folder, 'config.json')
  return {
    config,
    events: readEvents(folder),
    schedule: readSchedule(folder) ?? [],
    architecture: optional('architecture.json', ArchitectureSchema),
    metrics: optional('metrics.json', RunMetricsSchema),
    timings: optional('timings.json', RunTimingsSchema),
  }
}

/**
 * Reads a run's `events.jsonl`; a last line that is only half written (the run goes on, or died) is left out, and so is
 * what a roll-back made void.
 */
export function readEvents(folder: string): Event[] {
  const name = 'events.jsonl'
  const bytes = requireMarked(folder, () => readKept(folder, name))
  if (!bytes) throw missing(folder, name)
  const lines = bytes.toString('utf8').split('\n')
  const events = lines.flatMap((line, i) => {
    if (line.trim() === '') return []
    try {
      return [eventOf(JSON.parse(line), `${join(folder, name)}:${i + 1}`)]
    } catch (error) {
      if (error instanceof InputError) throw error
      if (i === lines.length - 1) return []
      throw expected(`${join(folder, name)}:${i + 1}`, 'a JSON object', line)
    }
  })
  return withoutVoid(events)
}

/** An event of a log, refused where readers could not read it. */
function eventOf(value: unknown, label: string): Event {
  const { type } = (value ?? {}) as Partial<Event>
  if (typeof type !== 'string') throw expected(label, 'an event', value)
  const schema = Object.hasOwn(eventSchemas, type) ? eventSchemas[type] : undefined
  if (schema) requireValid(schema, value, label)
  return value as Event
}

/** Reads a run's `schedule.csv`, where there is one: the header `from,to,layer,term,lambda`, then one segment a line. */
export function readSchedule(folder: string): ScheduleSegment[] | undefined {
  const path = join(folder, 'schedule.csv')
  const bytes = readKept(folder, 'schedule.csv')
  return (
    bytes &&
    parseCsv(bytes, path).map((row, i) => {
      const number = (key: string): number => {
        const value = Number(row[key])
        if (row[key] === undefined || row[key] === '' || Number.isNaN(value)) {
          throw expected(`${path}:${i + 2}:${key}`, 'a number', row[key])
        }
        return value
      }
      const { layer = '*', term = '' } = row
      return { from: number('from'), to: number('to'), layer, term, lambda: number('lambda') }
    })
  )
}

function parseCsv(bytes: Buffer, path: string): Record<string, string>[] {
  try {
    return parse(bytes, { columns: true, skip_empty_lines: true })
  } catch (error) {
    throw new InputError(`${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const missing = (folder: string, name: string): InputError =>
  new InputError(`${join(folder, name)}: no such file; is this the folder of a run?`)
