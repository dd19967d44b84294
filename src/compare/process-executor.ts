import { existsSync } from 'node:fs'
import { ProcessDied, childProgram } from '../base/child-program.js'
import { Failure, Interrupted } from '../base/errors.js'
import { packagePath } from '../base/files.js'
import type { PluginFile } from '../setup/plugins/types.js'
import type { TrialExecutor } from './executor.js'
import type { PlannedTrial } from './planned.js'
import type { TrialRow } from './types.js'

/** What a process of a comparison is asked for: the rows of a group of trials. */
export interface TrialWork {
  /** The folder to which paths in configurations are relative. */
  readonly folder: string
  readonly group: readonly PlannedTrial[]
  /** The files of the plugins to load; the trials name them by hash. */
  readonly plugins: readonly string[]
}

/** How often a process may die in the same trial before the trial counts as failed. */
const mostDeaths = 2

/**
 * Runs trials in a process of its own, which starts with the first group and serves all of them. If it dies,
 * another one goes on with the trial at hand; a trial in which it dies twice becomes a row that says so. It
 * loads the plugins of this process.
 * `entry` is the compiled program of the process.
 */
export function processExecutor(
  folder: string,
  plugins: readonly PluginFile[] = [],
  entry = packagePath('dist/src/compare/trial-process.js'),
): TrialExecutor {
  if (!existsSync(entry))
    throw new Failure(`workers: ${entry} is missing, and workers run compiled code; run "npm run build"`)
  const child = childProgram<TrialWork, TrialRow, 'done'>(entry)
  const paths = plugins.map(({ path }) => path)
  return {
    async *run(group, signal) {
      signal?.addEventListener('abort', child.kill)
      try {
        let left = group
        for (let deaths = 0; left.length > 0;) {
          if (signal?.aborted) throw new Interrupted('interrupted between two trials')
          try {
            for await (const row of child.ask({ folder, group: left, plugins: paths })) {
              yield row
              left = left.slice(1)
              deaths = 0
            }
          } catch (error) {
            if (!(error instanceof ProcessDied)) throw error
            if (signal?.aborted || ++deaths < mostDeaths) continue
            yield deadRow(left[0]!, error)
            left = left.slice(1)
            deaths = 0
          }
        }
      } finally {
        signal?.removeEventListener('abort', child.kill)
      }
    },
    dispose: child.kill,
  }
}

const deadRow = ({ key, set, size, method, seed }: PlannedTrial, { how }: ProcessDied): TrialRow => ({
  key,
  set,
  size,
  method,
  seed,
  figures: null,
  rows: null,
  seconds: null,
  failed: `its process died twice, the last time ${how}; it may need more memory than there is`,
})
