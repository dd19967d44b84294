import { localExecutor } from './local-executor.js'
import type { TrialAnswer, TrialWork } from './process-messages.js'
import { setUpIn } from './set-up.js'

/** The program of a process that runs trials for a comparison; started by `process-executor.ts`. */
const send = (answer: TrialAnswer): void => void process.send!(answer)

async function work({ folder, group }: TrialWork): Promise<void> {
  try {
    for await (const row of localExecutor(setUpIn(folder, {})).run(group)) send({ row })
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
