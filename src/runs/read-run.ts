import { join } from 'node:path'
import { Type, type TSchema } from '@sinclair/typebox'
import { parse } from 'csv-parse/sync'
import { readKept, remedyFor } from '../base/checksums.js'
import { expected, InputError } from '../base/errors.js'
import { jsonObject } from '../base/sealed.js'
import { requireValid } from '../config/validator.js'
import { eventSchemas } from '../events/schema.js'
import type { Event } from '../events/types.js'
import type { Run, RunConfig, ScheduleSegment } from '../report/run.js'
import { withoutVoid } from '../report/standing.js'
import { ArchitectureSchema } from '../supernet/architecture-schema.js'
import { requireMarked } from './log-mark.js'
import { RunMetricsSchema, RunTimingsSchema } from './run-schemas.js'

/**
 * Reads the folder of a run. Throws an InputError if `config.json` or `events.jsonl` is missing, or if any
 * file is damaged or is not what a run writes.
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
 * Reads a run's `events.jsonl`. Leaves out a last line that is incomplete, because the run is still writing
 * or has crashed, and events that a roll-back made void.
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

/** Validates an event of a log. */
function eventOf(value: unknown, label: string): Event {
  const { type } = (value ?? {}) as Partial<Event>
  if (typeof type !== 'string') throw expected(label, 'an event', value)
  const schema = Object.hasOwn(eventSchemas, type) ? eventSchemas[type] : undefined
  if (schema) requireValid(schema, value, label)
  return value as Event
}

/**
 * Reads a run's `schedule.csv`, if there is one: the header `from,to,layer,term,lambda`, then one segment per
 * line.
 */
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
