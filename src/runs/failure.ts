import { Interrupted } from '../base/errors.js'
import type { Event, Stage } from '../events/types.js'
import { failureOf } from '../report/standing.js'
import { Diverged } from '../train/diverged.js'
import { sectionOf } from '../train/roll-back.js'
import { readEvents } from './read-run.js'

/** Does a run's work. If it throws, an event records the reason, and the error is thrown on. */
export async function tellingFailure<T>(emit: (event: Event) => void, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const reason =
      error instanceof Diverged ? 'diverged' : error instanceof Interrupted ? 'interrupted' : 'error'
    try {
      const message = error instanceof Error ? error.message : String(error)
      emit({ type: 'failed', reason, message, ...(error instanceof Diverged && { stage: error.stage }) })
    } catch {
      // On a full disk the event cannot be written; the original error is more useful.
    }
    throw error
  }
}

/** Why the run in a folder ended without a result, according to its events; undefined if they do not tell. */
export function readFailure(folder: string): ReturnType<typeof failureOf> {
  try {
    return failureOf(readEvents(folder))
  } catch {
    return undefined
  }
}

/**
 * Why a run has no result, and how to continue. `retrained` says that it is a retraining, which has no
 * checkpoints.
 */
export function unfinished(folder: string, retrained: boolean): string {
  const failure = readFailure(folder)
  const reason = failure && failure.reason !== 'interrupted' ? `: ${failure.message}` : ''
  if (retrained) return `the retraining is not finished${reason}; remove the folder and retrain again`
  const change = failure?.reason === 'diverged' ? ` --set ${wayOn(failure.stage!)}` : ''
  const state = failure?.reason === 'interrupted' ? 'was interrupted' : 'is not finished'
  return `the run ${state}${reason}; go on with "sentei resume ${folder}${change}"`
}

/** A setting that may prevent a stage from diverging. */
export const wayOn = (stage: Stage): string => `${sectionOf(stage)}.weights.clipNorm=1`
