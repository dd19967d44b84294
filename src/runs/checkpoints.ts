import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '../base/errors.js'
import { damaged } from '../base/sealed.js'
import type { Checkpoint } from '../search/state.js'
import { checkpointFiles, readCheckpoint, restorePrevious, type WhichCheckpoint } from './checkpoint-file.js'
import { logUntil } from './log-mark.js'

/** The folder with a run's checkpoints. */
export const checkpointOf = (folder: string): string => join(folder, 'checkpoint')

/** The path of a run's last checkpoint. */
export const lastCheckpointFile = (folder: string): string => join(checkpointOf(folder), checkpointFiles.last)

/**
 * Reads the checkpoint from which an interrupted run continues; undefined if it has none yet. With
 * `previous`, the checkpoint before the last one replaces the last one. Throws an InputError with a remedy if
 * the checkpoint is damaged or does not fit the run's log.
 */
export function checkpointToResume(run: string, previous: boolean): Checkpoint | undefined {
  const which = previous ? 'previous' : 'last'
  const remedy = previous ? beginAnew(run) : waysOut(run)
  const path = join(checkpointOf(run), checkpointFiles[which])
  const other = join(checkpointOf(run), checkpointFiles.previous)
  if (!existsSync(path)) {
    if (previous || existsSync(other)) throw damaged(path, 'no such file', remedy)
    return undefined
  }
  const checkpoint = sound(run, which, remedy)
  if (previous) restorePrevious(checkpointOf(run))
  return checkpoint
}

/**
 * Reads a run's last checkpoint; undefined if there is none. Throws an InputError that ends with `remedy` if
 * it is damaged.
 */
export function lastCheckpoint(run: string, remedy: string): Checkpoint | undefined {
  return withRemedy(() => readCheckpoint(checkpointOf(run)), remedy)
}

/** Reads a checkpoint and verifies that the run's log contains the part to which it refers. */
function sound(run: string, which: WhichCheckpoint, remedy: string): Checkpoint | undefined {
  const checkpoint = withRemedy(() => readCheckpoint(checkpointOf(run), which), remedy)
  if (checkpoint?.log) logUntil(run, checkpoint.log, remedy)
  return checkpoint
}

/** The remedy that an error suggests if the last checkpoint cannot be used. */
function waysOut(run: string): string {
  try {
    if (!sound(run, 'previous', '')) return beginAnew(run)
  } catch (error) {
    if (error instanceof InputError) return beginAnew(run)
    throw error
  }
  return `go on from the checkpoint before it, with the same result: "sentei resume ${run} --previous"`
}

const beginAnew = (run: string): string =>
  `remove ${checkpointOf(run)} and "sentei resume ${run}": the search begins anew, with the same result`

function withRemedy<T>(read: () => T, remedy: string): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${error.message}; ${remedy}`)
    throw error
  }
}
