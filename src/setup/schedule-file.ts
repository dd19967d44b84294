import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { InputError } from '../base/errors.js'
import type { Config } from '../config/config-schema.js'
import type { ScheduleDocument } from '../config/schedule-schema.js'
import type { AnyPlanner } from '../planners/types.js'
import { noSchedule, scheduleOf, type FindSchedule } from './schedule-of.js'

/**
 * Finds schedules in JSON files by paths relative to a folder. Names within a file are relative to its own
 * folder.
 */
export const schedulesIn =
  (folder: string): FindSchedule =>
  (name, path) => {
    const file = resolve(folder, name)
    if (!existsSync(file)) throw noSchedule(name, path, 'no preset and no file')
    try {
      return { document: JSON.parse(readFileSync(file, 'utf8')), find: schedulesIn(dirname(file)) }
    } catch (error) {
      if (error instanceof SyntaxError) throw new InputError(`${file}: not JSON: ${error.message}`)
      throw error
    }
  }

/** Resolves a schedule, a preset, a JSON file or a document, to a validated document. */
export const resolveSchedule = (
  schedule: Config['schedule'],
  folder: string,
  path = 'config.schedule',
  planners: readonly AnyPlanner[] = [],
): ScheduleDocument => scheduleOf(schedule, schedulesIn(folder), path, planners)
