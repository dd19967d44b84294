import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { checksumsFile } from '../base/checksums.js'
import { machineMemory } from '../base/machine-memory.js'
import { benchmarkFigures } from '../benchmark/figures.js'
import type { Config } from '../config/config-schema.js'
import type { GivenData } from '../data/given.js'
import { readDataset } from '../data/read-dataset.js'
import type { Reader } from '../data/readers/types.js'
import type { Trial } from '../trial/types.js'
import type { TrialHost } from './host.js'
import { readLatency } from './latency-file.js'
import { withLessons } from './lesson-store.js'
import { requirePlugins } from './plugins/needs.js'
import type { Plugins } from './plugins/types.js'
import { schedulesIn } from './schedule-file.js'
import { hostedTrial } from './hosted-trial.js'
import type { Continued, OwnParts } from './single-trial.js'

/** A user's own parts in a library call, in addition to those of the registry. */
export interface Extensions extends OwnParts {
  /** Readers of data files. */
  readonly readers?: readonly Reader[]
  /** The data for `data.source: memory`. */
  readonly given?: GivenData
  /** Which of these parts came from plugins, as `loadPlugins` returns it. */
  readonly plugins?: Plugins
}

/** The user's own parts among the options of a call. */
export const extensionsIn = ({
  spaces,
  readers,
  terms,
  planners,
  relaxations,
  rules,
  given,
  plugins,
}: Extensions): Extensions => ({
  ...(spaces && { spaces }),
  ...(readers && { readers }),
  ...(terms && { terms }),
  ...(planners && { planners }),
  ...(relaxations && { relaxations }),
  ...(rules && { rules }),
  ...(given && { given }),
  ...(plugins && { plugins }),
})

/**
 * Makes a trial from a resolved configuration: reads and splits the data, builds and restricts the supernet,
 * compiles the schedule. `folder` is the folder to which paths in the configuration are relative. In the
 * trial's own configuration, the schedule is the document itself, so that it can be run again anywhere.
 * Throws an InputError if the configuration needs plugins that were not given.
 */
export async function setupTrial(
  config: Config,
  folder: string,
  { readers, given, plugins, ...ownParts }: Extensions & Continued = {},
): Promise<Trial> {
  const isRun = existsSync(join(folder, checksumsFile))
  requirePlugins(isRun ? folder : 'config.plugins', config.plugins, plugins)
  return hostedTrial(config, filesIn(folder, { readers, given }), ownParts)
}

/** The host on this machine, with files relative to a folder. */
const filesIn = (
  folder: string,
  { readers, given }: { readonly [K in 'readers' | 'given']: Extensions[K] | undefined },
): TrialHost => ({
  dataset: (config) => readDataset(config, folder, readers, given),
  schedule: schedulesIn(folder),
  latency: (file) => readLatency(file, folder),
  withLessons: (document, data, supernet) => withLessons(document, data, supernet, folder),
  benchmark: ({ table, ...options }, notation, supernet) =>
    benchmarkFigures({ ...options, table: resolve(folder, table) }, notation, supernet),
  memory: machineMemory(),
})
