import { Interrupted, anotherCheckpoint } from '../base/errors.js'
import { runPlanned, type Shared } from '../contest/run-trial.js'
import { setUpIn } from '../contest/set-up.js'
import { onSameRows, placeText, type Place, type TrialRow } from '../contest/types.js'
import { beatsOf } from './beats.js'
import { folderStore } from './checkpoint-store.js'
import type { ChildAnswer, ChildTrial, ChildWork } from './child-messages.js'
import { ownIdentity } from './identity.js'
import { savingIn, type Saving } from './saving.js'

/** The program of a process that runs the trials of a worker; started by `trial-child.ts`. */
const send = (answer: ChildAnswer): void => void process.send!(answer)

let stopping = new AbortController()
/** What the trials of the last set, size and seed can use of each other. */
let shared: (Shared & { readonly place: Place }) | undefined

async function run({ id, planned, folder, shared: store }: ChildTrial): Promise<TrialRow> {
  const notice = (text: string) => send({ notice: text })
  const saving = store === undefined ? undefined : await savingIn(folderStore(store), id, notice)
  if (saving?.checkpoint) notice(`${placeText(planned)}: goes on from step ${saving.checkpoint.step}`)
  if (!shared || !onSameRows(shared.place, planned))
    shared = { place: planned, baselines: new Map(), schedules: new Map() }
  const emit = beatsOf((beat) => send({ beat }))
  const { signal } = stopping
  const once = ({ settled: _, ...hooks }: Partial<Saving> = {}) =>
    runPlanned(planned, setUpIn(folder, {}), shared!, { signal, emit, ...hooks })
  try {
    const row = await once(saving)
    if (row.failed !== anotherCheckpoint().message || !saving?.checkpoint) return row
    notice(`${id}/search: of another build of Sentei; the trial begins anew`)
    const { checkpoint: _, ...rest } = saving
    return await once(rest)
  } finally {
    await saving?.settled()
  }
}

async function work(asked: ChildWork): Promise<void> {
  if ('stop' in asked) return stopping.abort()
  try {
    if ('identify' in asked) {
      send({ identity: await ownIdentity(asked.identify.backend, asked.identify.relaxed) })
      return
    }
    stopping = new AbortController()
    send({ row: await run(asked.trial) })
  } catch (error) {
    if (error instanceof Interrupted) return send({ stopped: true })
    const { name, message } = error as Error
    send({ error: { name, message } })
  }
}

// A terminal sends its signals to all processes of a command; the worker decides what they mean.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => undefined)
// Without the worker, nobody would take the result.
process.on('disconnect', () => process.exit())
process.on('message', (message) => void work(message as ChildWork))
