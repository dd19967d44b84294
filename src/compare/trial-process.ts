import { loadPlugins } from '../setup/plugins/load-plugins.js'
import type { Extensions } from '../setup/setup-trial.js'
import { localExecutor } from './local-executor.js'
import type { TrialAnswer, TrialWork } from './process-messages.js'
import { setUpIn } from './set-up.js'

/** The program of a process that runs trials for a comparison; started by `process-executor.ts`. */
const send = (answer: TrialAnswer): void => void process.send!(answer)

/** What the plugins of the comparison have, once they are loaded. */
let extensions: Promise<Extensions> | undefined

async function work({ folder, group, plugins }: TrialWork): Promise<void> {
  try {
    extensions ??= plugins.length > 0 ? loadPlugins(plugins) : Promise.resolve({})
    for await (const row of localExecutor(setUpIn(folder, await extensions)).run(group)) send({ row })
    send({ done: true })
  } catch (error) {
    const { message, code, syscall } = error as NodeJS.ErrnoException
    send({ error: { message, code, syscall } })
  }
}

// A terminal sends its signals to all processes of a command; the comparison decides what they mean.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)
// Without the comparison, nobody would keep the rows.
process.on('disconnect', () => process.exit())
process.on('message', (message) => void work(message as TrialWork))
