#!/usr/bin/env node
import { Failure, InputError, Refused } from '../base/errors.js'
import { Interrupted } from '../base/errors.js'
import { wrapLines } from '../base/wrap.js'
import { exitCodes } from './command.js'
import { runProgram } from './program.js'

const args = process.argv.slice(2)
const columnsOf = ({ isTTY, columns }: NodeJS.WriteStream) => (isTTY && columns > 0 ? columns : undefined)
const say = (text: string) => void process.stderr.write(`${wrapLines(text, columnsOf(process.stderr))}\n`)
const print = (text: string) => void process.stdout.write(`${text}\n`)

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const controller = new AbortController()

/**
 * Installs or removes the handlers of interrupts. While a search or a retraining reacts to the signal, the
 * first interrupt asks it to stop at a checkpoint. At any other time, and for the second interrupt, there is
 * no handler, so that the system ends the process at once. A handler could not run before reading, building
 * or writing is done.
 */
function onStoppable(stoppable: boolean): void {
  for (const each of signals) {
    process.off(each, stop)
    if (stoppable && !controller.signal.aborted) process.on(each, stop)
  }
}

function stop(): void {
  onStoppable(false)
  // A terminal that is closed may send the signal twice.
  process.on('SIGHUP', () => undefined)
  // A terminal shows ^C at the end of the progress bar.
  say(`${process.stderr.isTTY ? '\n' : ''}interrupted: stopping at the next step; once more stops at once`)
  controller.abort()
}

function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return exitCodes.interrupted
  if (args.includes('--verbose')) say(error instanceof Error ? (error.stack ?? error.message) : String(error))
  else say(error instanceof Error ? error.message : String(error))
  if (error instanceof InputError) return exitCodes.input
  if (error instanceof Refused) return exitCodes.criteria
  // Errors that name a system call, such as a full disk or a missing permission, explain themselves.
  const explained = error instanceof Failure || (error instanceof Error && 'syscall' in error)
  if (!explained && !args.includes('--verbose'))
    say('this is not an error of the input; --verbose shows where it happened')
  return exitCodes.failed
}

// Writing to a closed terminal fails; this must not end the process.
process.stderr.on('error', () => undefined)
// A closed pipe (head, less) is not a failure: the reader wants no more.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

try {
  process.exitCode = await runProgram(args, {
    print,
    say,
    stderr: process.stderr,
    columns: columnsOf(process.stdout),
    signal: controller.signal,
    onStoppable,
  })
} catch (error) {
  process.exitCode = exitCodeOf(error)
}
