import { existsSync } from 'node:fs'
import { childProgram } from '../base/child-program.js'
import { Failure } from '../base/errors.js'
import { packagePath } from '../base/files.js'
import type {
  ChildAnswer,
  ChildNote,
  ChildQuestion,
  ChildTrial,
  ChildTry,
  TrialEnd,
} from './child-messages.js'
import type { Identity } from './identity.js'
import type { TrialBeat, TryAnswer } from './jobs.js'

/** A process that runs trials, one at a time, so that the worker itself is never busy. */
export interface TrialChild {
  identify(backend: Identity['backend'], relaxed: boolean): Promise<Identity>
  /** Runs a trial. Throws a Failure if the process dies. */
  run(trial: ChildTrial, onBeat: (beat: Omit<TrialBeat, 'worker'>) => void): Promise<TrialEnd>
  /** Runs a try. Throws a Failure if the process dies. */
  tryOut(asked: ChildTry): Promise<TryAnswer>
  /** Asks the trial at hand to stop behind a checkpoint. */
  stop(): void
  /** Ends the process at once. */
  kill(): void
}

const program = (): string => packagePath('dist/src/fleet/trial-process.js')

/**
 * Makes a process for trials. It starts with its first work, and again if it has died. Its notices are told
 * to `say`.
 */
export function trialChild(say: (text: string) => void): TrialChild {
  if (!existsSync(program()))
    throw new Failure(`worker: ${program()} is missing, and workers run compiled code; run "npm run build"`)
  const child = childProgram<ChildQuestion, ChildNote, ChildAnswer>(program())
  const ask = async (
    question: ChildQuestion,
    onBeat: (beat: Omit<TrialBeat, 'worker'>) => void = () => undefined,
  ): Promise<ChildAnswer> => {
    const answering = child.ask(question)
    for (;;) {
      const { done, value } = await answering.next()
      if (done) return value
      if ('notice' in value) say(value.notice)
      else onBeat(value.beat)
    }
  }
  return {
    async identify(backend, relaxed) {
      const answer = await ask({ identify: { backend, relaxed } })
      return (answer as Extract<ChildAnswer, { identity: unknown }>).identity
    },
    async run(trial, onBeat) {
      const answer = await ask({ trial }, onBeat)
      return (answer as Extract<ChildAnswer, { end: unknown }>).end
    },
    async tryOut(asked) {
      const answer = await ask({ try: asked })
      return (answer as Extract<ChildAnswer, { tried: unknown }>).tried
    },
    stop: child.hurry,
    kill: child.kill,
  }
}
