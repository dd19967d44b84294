import { answering } from '../base/child-program.js'
import { loadPlugins } from '../setup/plugins/load-plugins.js'
import type { Extensions } from '../setup/setup-trial.js'
import { localExecutor } from './local-executor.js'
import type { TrialWork } from './process-executor.js'
import { setUpIn } from './set-up.js'
import type { TrialRow } from './types.js'

/** The program of a process that runs trials for a comparison; started by `process-executor.ts`. */

/** What the plugins of the comparison have, once they are loaded. */
let extensions: Promise<Extensions> | undefined

answering<TrialWork, TrialRow, 'done'>(async ({ folder, group, plugins }, send) => {
  extensions ??= plugins.length > 0 ? loadPlugins(plugins) : Promise.resolve({})
  for await (const row of localExecutor(setUpIn(folder, await extensions)).run(group)) send(row)
  return 'done'
})
