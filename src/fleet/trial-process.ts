import { answering } from '../base/child-program.js'
import { Interrupted, anotherCheckpoint } from '../base/errors.js'
import { runPlanned, type Shared } from '../compare/run-trial.js'
import { setUpIn } from '../compare/set-up.js'
import { onSameRows, placeText, type Place } from '../compare/types.js'
import type { Tried } from '../planners/trying.js'
import { tryIn } from '../trial/search-stage.js'
import type { Trial } from '../trial/types.js'
import { beatsOf } from './beats.js'
import { folderStore } from './checkpoint-store.js'
import type {
  ChildAnswer,
  ChildNote,
  ChildQuestion,
  ChildTrial,
  ChildTry,
  TrialEnd,
} from './child-messages.js'
import { ownIdentity } from './identity.js'
import type { TryAnswer } from './jobs.js'
import { savingIn, type Saving } from './saving.js'
import { handingOver, knownIn, weightsIn } from './tries.js'

/** The program of a process that runs the trials of a worker; started by `trial-child.ts`. */

let stopping = new AbortController()
/** What the trials of the last set, size and seed can use of each other. */
let shared: (Shared & { readonly place: Place }) | undefined
/** The trial of the last try, ready for others. */
let tryable: { readonly id: string; readonly trial: Trial } | undefined

type Tell = (note: ChildNote) => void

async function run({ id, planned, folder, ...given }: ChildTrial, tell: Tell): Promise<TrialEnd> {
  const notice = (text: string): void => tell({ notice: text })
  const saving =
    given.shared === undefined ? undefined : await savingIn(folderStore(given.shared), id, notice)
  if (saving?.checkpoint) notice(`${placeText(planned)}: goes on from step ${saving.checkpoint.step}`)
  if (!shared || !onSameRows(shared.place, planned))
    shared = { place: planned, baselines: new Map(), schedules: new Map() }
  const emit = beatsOf((beat) => tell({ beat }))
  const { signal } = stopping
  const { elsewhere, asked } = handingOver(given.warm)
  const tries = {
    known: knownIn(given.tries, saving?.tries?.known ?? []),
    save: (tried: readonly Tried[]) => saving?.tries?.save(tried),
    // What the stages before it leave is in this process alone.
    ...(!planned.config.stages && { elsewhere }),
  }
  const once = ({ settled: _, ...hooks }: Partial<Saving> = {}) =>
    runPlanned(planned, setUpIn(folder, {}), shared!, { signal, emit, ...hooks, tries })
  try {
    const row = await once(saving)
    if (row.failed !== anotherCheckpoint().message || !saving?.checkpoint) return { row }
    notice(`${id}/search: of another build of Sentei; the trial begins anew`)
    const { checkpoint: _, ...rest } = saving
    return { row: await once(rest) }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error
    const left = asked()
    return left ? { asked: left } : { stopped: true }
  } finally {
    await saving?.settled()
  }
}

async function tryOut({
  trial: id,
  planned,
  folder,
  proposal,
  number,
  weights,
}: ChildTry): Promise<TryAnswer> {
  if (tryable?.id !== id) tryable = { id, trial: await setUpIn(folder, {})(planned) }
  const began = performance.now()
  const { error, cost } = await tryIn(tryable.trial, proposal, {}, weights && weightsIn(weights))
  return { number, tried: { ...proposal, error, cost }, seconds: (performance.now() - began) / 1000 }
}

async function answerTo(asked: ChildQuestion, tell: Tell): Promise<ChildAnswer> {
  if ('identify' in asked)
    return { identity: await ownIdentity(asked.identify.backend, asked.identify.relaxed) }
  if ('try' in asked) return { tried: await tryOut(asked.try) }
  stopping = new AbortController()
  return { end: await run(asked.trial, tell) }
}

answering(answerTo, () => stopping.abort())
