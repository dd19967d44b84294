import { realpathSync } from 'node:fs'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import type { Config } from '../config/config-schema.js'
import { withPaths } from '../data/file-settings.js'

/** A configuration with every path absolute: those that are not are relative to `folder`. */
export const absoluteConfig = (config: Config, folder: string): Config =>
  withConfigPaths(config, (path) => resolve(folder, path))

/**
 * The configuration as a run's folder keeps it: with paths relative to the folder, so that it names no folder of
 * this machine. `readingConfig` is the way back.
 */
export const keptConfig = (config: Config, folder: string): Config =>
  withConfigPaths(config, (path) => pathFrom(folder, path))

/** A kept configuration with every path absolute. Runs of earlier builds kept them so. */
export const readingConfig = (config: Config, folder: string): Config =>
  absoluteConfig(config, realpathSync(folder))

/** A path relative to a folder that exists, with `/` on every system; absolute where it is on another drive. */
export function pathFrom(folder: string, path: string): string {
  // `..` leaves the folder that a link leads to.
  const way = relative(realpathSync(folder), resolve(path))
  return isAbsolute(way) ? way : way.split(sep).join('/') || '.'
}

/** A configuration with `at` of each of its paths in their place. */
function withConfigPaths(config: Config, at: (path: string) => string): Config {
  const { data, objective, benchmark, schedule, stages } = config
  const { latency } = objective
  return {
    ...config,
    data: withPaths(data, at),
    objective: { ...objective, ...(latency !== undefined && { latency: at(latency) }) },
    ...(benchmark && { benchmark: { ...benchmark, table: at(benchmark.table) } }),
    schedule: withStore(schedule, at),
    ...(stages && { stages: stages.map((stage) => ({ ...stage, schedule: withStore(stage.schedule, at) })) }),
  }
}

/** A schedule whose planner's store of lessons is at another path. */
function withStore<S extends Config['schedule']>(schedule: S, at: (path: string) => string): S {
  if (typeof schedule !== 'object') return schedule
  const { planner } = schedule as { readonly planner?: { readonly store?: unknown } }
  if (typeof planner?.store !== 'string') return schedule
  return { ...schedule, planner: { ...planner, store: at(planner.store) } }
}
