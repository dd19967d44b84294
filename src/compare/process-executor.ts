import { fork, type ChildProcess } from 'node:child_process'
import { on, once } from 'node:events'
import { existsSync } from 'node:fs'
import { packagePath } from '../base/files.js'
import { Failure, Interrupted } from '../base/errors.js'
import type { PluginFile } from '../setup/plugins/types.js'
import type { TrialExecutor } from './executor.js'
import type { PlannedTrial } from './planned.js'
import type { TrialAnswer, TrialWork } from './process-messages.js'
import type { TrialRow } from './types.js'

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
  let child: ChildProcess | undefined
  const end = () => {
    child?.kill('SIGKILL')
    child = undefined
  }
  return {
    async *run(group, signal) {
      signal?.addEventListener('abort', end)
      try {
        let left = group
        for (let deaths = 0; left.length > 0;) {
          if (signal?.aborted) throw new Interrupted('interrupted between two trials')
          child ??= started(entry)
          const trialProcess = child
          for await (const row of rowsFrom(trialProcess, {
            folder,
            group: left,
            plugins: plugins.map(({ path }) => path),
          })) {
            yield row
            left = left.slice(1)
            deaths = 0
          }
          if (left.length === 0 || signal?.aborted) continue
          child = undefined
          await ended(trialProcess)
          if (++deaths < mostDeaths) continue
          yield deadRow(left[0]!, trialProcess)
          left = left.slice(1)
          deaths = 0
        }
      } finally {
        signal?.removeEventListener('abort', end)
      }
    },
    dispose: end,
  }
}

/** Starts a process. It must not get the options that this one was started with, as a loader. */
const started = (entry: string): ChildProcess =>
  fork(entry, { execArgv: [], serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })

/** Waits for the end of a process that no longer answers, so that its code is known. */
const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

/** The rows that a process sends for a group, until it is done with it or dies. */
async function* rowsFrom(child: ChildProcess, work: TrialWork): AsyncGenerator<TrialRow> {
  const messages = on(child, 'message', { close: ['disconnect'] }) as AsyncIterable<[TrialAnswer]>
  // A process that has just died takes no message, and its end is told by the event.
  child.send(work, () => undefined)
  for await (const [answer] of messages) {
    if ('error' in answer) throw Object.assign(new Error(), answer.error)
    if ('done' in answer) return
    yield answer.row
  }
}

const deadRow = ({ key, set, size, method, seed }: PlannedTrial, child: ChildProcess): TrialRow => ({
  ...{ key, set, size, method, seed, figures: null, rows: null, seconds: null },
  failed: `its process died twice, the last time ${child.signalCode ? `by ${child.signalCode}` : `with code ${child.exitCode}`}; it may need more memory than there is`,
})
