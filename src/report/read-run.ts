import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { expected, InputError } from '../base/errors.js'
import type { Event } from '../search/events.js'
import type { Architecture } from '../supernet/types.js'

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
  } | null
  readonly validation?: { readonly supernet?: Figure; readonly final?: Figure; readonly baseline?: Figure }
  readonly test?: { readonly final?: Figure; readonly supernet?: Figure; readonly baseline?: Figure }
  readonly gap?: { readonly jumps?: Figure; readonly derive?: Figure; readonly gatesDropped?: Figure }
  readonly derived?: { readonly parameters?: Figure; readonly flops?: Figure }
  /** What the architecture costs of the schedule's budget, where it has one. */
  readonly budget?: { readonly metric?: string; readonly limit?: Figure; readonly cost?: Figure }
  /** What was kept at each size of its menu, where the budget has one. */
  readonly menu?: readonly {
    readonly size?: Figure
    readonly cost?: Figure
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

/** `timings.json`, with the keys that a report reads; seconds. */
export interface RunTimings {
  readonly searchSeconds?: Figure
  readonly baselineSeconds?: Figure
  readonly retrainSeconds?: Figure
}

/** Reads a run's folder; throws InputError where `config.json` or `events.jsonl` is missing or broken. */
export function readRun(folder: string): Run {
  return {
    config: required(join(folder, 'config.json'), readJson<RunConfig>),
    events: required(join(folder, 'events.jsonl'), readEvents),
    schedule: optional(join(folder, 'schedule.csv'), readSchedule) ?? [],
    architecture: optional(join(folder, 'architecture.json'), readJson<Architecture>),
    metrics: optional(join(folder, 'metrics.json'), readJson<RunMetrics>),
    timings: optional(join(folder, 'timings.json'), readJson<RunTimings>),
  }
}

/** Reads `events.jsonl`; a last line that is only half written (the run goes on, or died) is left out. */
export function readEvents(path: string): Event[] {
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return []
    try {
      return [JSON.parse(line) as Event]
    } catch {
      if (i === lines.length - 1) return []
      throw expected(`${path}:${i + 1}`, 'a JSON object', line)
    }
  })
}

/** Reads `schedule.csv`: the header `from,to,layer,term,lambda`, then one segment a line. */
export function readSchedule(path: string): ScheduleSegment[] {
  const rows = parseCsv(path)
  return rows.map((row, i) => {
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
}

function parseCsv(path: string): Record<string, string>[] {
  try {
    return parse(readFileSync(path, 'utf8'), { columns: true, skip_empty_lines: true })
  } catch (error) {
    throw new InputError(`${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function readJson<T>(path: string): T {
  const text = readFileSync(path, 'utf8')
  try {
    return JSON.parse(text) as T
  } catch {
    throw expected(path, 'a JSON document', text)
  }
}

function required<T>(path: string, read: (path: string) => T): T {
  if (!existsSync(path)) throw new InputError(`${path}: no such file; is this the folder of a run?`)
  return read(path)
}

function optional<T>(path: string, read: (path: string) => T): T | null {
  return existsSync(path) ? read(path) : null
}
