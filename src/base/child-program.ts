import { fork, type ChildProcess } from 'node:child_process'
import { on, once } from 'node:events'
import { Failure, InputError } from './errors.js'

/**
 * A program of Sentei's own in another process: it is asked one question at a time, and may send notes before
 * its answer. Questions, notes and answers are plain data, as `structuredClone` takes them.
 */
export interface ChildProgram<Question, Note, Answer> {
  /**
   * Asks, yields the notes and returns the answer. The process starts with the first question, and again after
   * it has died. Throws what answering threw, and `ProcessDied` if the process ended without an answer.
   */
  ask(question: Question): AsyncGenerator<Note, Answer>
  /** Asks for the answer to come soon, while a question is answered. */
  readonly hurry: () => void
  /** Ends the process at once. */
  readonly kill: () => void
}

/** A process ended before it had answered. `how` is its signal or its exit code. */
export class ProcessDied extends Failure {
  constructor(readonly how: string) {
    super(`its process died ${how}; it may need more memory than there is`)
  }
}

type ToChild<Question> = { readonly question: Question } | { readonly hurry: true }

type FromChild<Note, Answer> =
  { readonly note: Note } | { readonly answer: Answer } | { readonly error: SentError }

/** An error on its way between processes: a system call's has a code. */
interface SentError {
  readonly name: string
  readonly message: string
  readonly code?: string | undefined
  readonly syscall?: string | undefined
}

/** Makes a child of the compiled program at `entry`. No process starts yet. */
export function childProgram<Question, Note, Answer>(entry: string): ChildProgram<Question, Note, Answer> {
  let current: ChildProcess | undefined
  const send = (child: ChildProcess, message: ToChild<Question>): void =>
    // A process that has just died takes no message, and its end is told by the event.
    void child.send(message, () => undefined)
  return {
    async *ask(question) {
      const child = (current ??= started(entry))
      const messages = on(child, 'message', { close: ['disconnect'] }) as AsyncIterable<
        [FromChild<Note, Answer>]
      >
      send(child, { question })
      for await (const [message] of messages) {
        if ('error' in message) throw errorOf(message.error)
        if ('answer' in message) return message.answer
        yield message.note
      }
      if (current === child) current = undefined
      throw new ProcessDied(await endOf(child))
    },
    hurry() {
      if (current) send(current, { hurry: true })
    },
    kill() {
      current?.kill('SIGKILL')
      current = undefined
    },
  }
}

/**
 * Makes this process such a program. `answer` gets each question and sends notes; `hurried` is called when the
 * answer is to come soon. Signals of a terminal, which reach all processes of a command, are left to the
 * parent; the process ends with it.
 */
export function answering<Question, Note, Answer>(
  answer: (question: Question, note: (note: Note) => void) => Promise<Answer>,
  hurried: () => void = () => undefined,
): void {
  const send = (message: FromChild<Note, Answer>): void => void process.send!(message)
  const work = async (question: Question): Promise<void> => {
    try {
      send({ answer: await answer(question, (note) => send({ note })) })
    } catch (error) {
      const { name, message, code, syscall } = error as NodeJS.ErrnoException
      send({ error: { name, message, code, syscall } })
    }
  }
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.on(signal, () => undefined)
  process.on('disconnect', () => process.exit())
  process.on('message', (message: ToChild<Question>) =>
    'hurry' in message ? hurried() : void work(message.question),
  )
}

/** Starts a process. It must not get the options that this one was started with, as a loader. */
const started = (entry: string): ChildProcess =>
  fork(entry, { execArgv: [], serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })

/** How a process that no longer answers ended, once it has. */
async function endOf(child: ChildProcess): Promise<string> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.signalCode ? `by ${child.signalCode}` : `with code ${child.exitCode}`
}

/** The error again, of a class that decides how it is shown. */
function errorOf({ name, message, ...system }: SentError): Error {
  if (name === 'InputError') return new InputError(message)
  if (name === 'Failure') return new Failure(message)
  const isSystem = system.syscall !== undefined
  return Object.assign(new Error(message), isSystem ? system : {})
}
