import { fork, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { Failure, InputError } from '../base/errors.js'
import { packagePath } from '../base/files.js'
import type { ChildAnswer, ChildTrial, ChildTry, ChildWork, TrialEnd } from './child-messages.js'
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
  let child: ChildProcess | undefined
  const ask = <T>(work: ChildWork, take: (answer: ChildAnswer) => T | undefined): Promise<T> => {
    const childProcess = (child ??= started())
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        childProcess.off('message', onMessage)
        childProcess.off('exit', onExit)
        settle()
      }
      const onMessage = (message: unknown) => {
        const answer = message as ChildAnswer
        if ('notice' in answer) return say(answer.notice)
        if ('error' in answer) return end(() => reject(errorIn(answer)))
        const result = take(answer)
        if (result !== undefined) end(() => resolve(result))
      }
      const onExit = (code: number | null, signal: string | null) => {
        if (child === childProcess) child = undefined
        const how = signal ? `by ${signal}` : `with code ${code}`
        end(() => reject(new Failure(`its process died ${how}; it may need more memory than there is`)))
      }
      childProcess.on('message', onMessage)
      childProcess.on('exit', onExit)
      // A process that has just died takes no message, and its end is told by the event.
      childProcess.send(work, () => undefined)
    })
  }
  return {
    identify: (backend, relaxed) =>
      ask({ identify: { backend, relaxed } }, (answer) =>
        'identity' in answer ? answer.identity : undefined,
      ),
    run: (trial, onBeat) =>
      ask({ trial }, (answer) => {
        if ('beat' in answer) onBeat(answer.beat)
        return 'row' in answer || 'asked' in answer || 'stopped' in answer ? answer : undefined
      }),
    tryOut: (asked) => ask({ try: asked }, (answer) => ('tried' in answer ? answer.tried : undefined)),
    stop: () => void child?.send({ stop: true } satisfies ChildWork, () => undefined),
    kill() {
      child?.kill('SIGKILL')
      child = undefined
    },
  }
}

/** Starts the process. It must not get the options that this one was started with, as a loader. */
const started = (): ChildProcess =>
  fork(program(), { execArgv: [], serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })

const errorIn = ({ error: { name, message } }: Extract<ChildAnswer, { error: unknown }>): Error =>
  name === 'InputError' ? new InputError(message) : new Failure(message)
