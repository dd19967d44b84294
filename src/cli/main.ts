#!/usr/bin/env node
import { Failure, InputError } from '../base/errors.js'
import { Interrupted } from '../derive/retrain-stage.js'
import { exitCodes } from './command.js'
import { runProgram } from './program.js'

const args = process.argv.slice(2)
const say = (text: string) => void process.stderr.write(`${text}\n`)
const print = (text: string) => void process.stdout.write(`${text}\n`)

/** The first interrupt asks the search to stop at a checkpoint, the second does not wait. */
function interrupts(): AbortSignal {
  const controller = new AbortController()
  const stop = () => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted)
    say('interrupted: writing a checkpoint; once more stops at once')
    controller.abort()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  // A terminal that closes may send it twice, and takes no more text.
  process.on('SIGHUP', () => controller.signal.aborted || stop())
  process.stderr.on('error', () => undefined)
  return controller.signal
}

function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return exitCodes.interrupted
  if (args.includes('--verbose')) say(error instanceof Error ? (error.stack ?? error.message) : String(error))
  else say(error instanceof Error ? error.message : String(error))
  if (error instanceof InputError) return exitCodes.input
  // A full disk or a missing right (they name a system call) are no puzzles.
  const explained = error instanceof Failure || (error instanceof Error && 'syscall' in error)
  if (!explained && !args.includes('--verbose'))
    say('this is not an error of the input; --verbose shows where it happened')
  return exitCodes.failed
}

// A reader that closed the pipe (head, less) wants no more.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

try {
  process.exitCode = await runProgram(args, { print, say, stderr: process.stderr, signal: interrupts() })
} catch (error) {
  process.exitCode = exitCodeOf(error)
}
