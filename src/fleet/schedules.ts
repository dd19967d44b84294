import { InputError } from '../base/errors.js'
import type { Config } from '../config/config-schema.js'
import { isPlanned } from '../planners/planned.js'
import { presetNames } from '../registry.js'
import { resolveSchedule } from '../setup/schedule-file.js'

type Schedule = Config['schedule']

/**
 * A configuration with the documents of schedules in place of their files, so that it can be run where these
 * are not. Throws an InputError for a planner that keeps what it learns in a folder, which workers do not have.
 */
export function withDocuments(config: Config, folder: string): Config {
  const { schedule, stages } = config
  return {
    ...config,
    schedule: written(schedule, folder, 'config.schedule'),
    ...(stages && {
      stages: stages.map((stage, i) => ({
        ...stage,
        schedule: written(stage.schedule, folder, `config.stages.${i}.schedule`),
      })),
    }),
  }
}

function written(schedule: Schedule, folder: string, path: string): Schedule {
  if (isFile(schedule)) return withoutStore(resolveSchedule(schedule, folder, path), path)
  const { base } = (isPlanned(schedule) ? schedule : {}) as { readonly base?: Schedule }
  const document =
    base !== undefined && isFile(base)
      ? { ...(schedule as object), base: resolveSchedule(base, folder, `${path}.base`) }
      : schedule
  return withoutStore(document, path)
}

/** Whether a schedule is the name of a file. */
const isFile = (schedule: Schedule): schedule is string =>
  typeof schedule === 'string' && schedule !== 'auto' && !presetNames().includes(schedule)

function withoutStore(schedule: Schedule, path: string): Schedule {
  const { store, planner } = (typeof schedule === 'string' ? {} : schedule) as Record<string, unknown>
  const storePath = store ?? (planner as { readonly store?: unknown } | undefined)?.store
  if (typeof storePath === 'string')
    throw new InputError(
      `${path}: expected a planner without a store, because workers do not share the folder, got ${storePath}; leave it out, or compare without --queue`,
    )
  return schedule
}
