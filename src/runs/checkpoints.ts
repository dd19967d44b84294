import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '../base/errors.js'
import { damaged } from '../base/sealed.js'
import type { Checkpoint } from '../search/state.js'
import { checkpointFiles, readCheckpoint, restorePrevious, type WhichCheckpoint } from './checkpoint-file.js'
import { logUntil } from './log-mark.js'

/** The folder of a run's checkpoints. */
export const checkpointOf = (folder: string): string => join(folder, 'checkpoint')

/** The file of a run's last checkpoint. */
export const lastCheckpointFile = (folder: string): string => join(checkpointOf(folder), checkpointFiles.last)

/**
 * The checkpoint that an interrupted run goes on from, undefined where it has none yet. With `previous` the one before
 * the last takes its place. Throws an InputError where it is damaged, or the run's log does not fit it, with what can
 * be done.
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

/** A run's last checkpoint, undefined where there is none; a damaged one is an InputError that ends with `remedy`. */
export function lastCheckpoint(run: string, remedy: string): Checkpoint | undefined {
  return withRemedy(() => readCheckpoint(checkpointOf(run)), remedy)
}

/** A checkpoint whose log is there. */
function sound(run: string, which: WhichCheckpoint, remedy: string): Checkpoint | undefined {
  const checkpoint = withRemedy(() => readCheckpoint(checkpointOf(run), which), remedy)
  if (checkpoint?.log) logUntil(run, checkpoint.log, remedy)
  return checkpoint
}

/** What can be done if the last checkpoint cannot be used. */
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
