import { remedyFor } from '../base/checksums.js'
import { InputError } from '../base/errors.js'
import { isOfLast, onWhatWasLeft } from '../trial/stages.js'
import type { Trial } from '../trial/types.js'
import { lastCheckpoint, lastCheckpointFile } from './checkpoints.js'

/**
 * The trial of a run's last search, with the supernet that the searches before it left, if there were any.
 */
export function lastSearch(run: string, trial: Trial): Trial {
  if (!trial.stages) return trial
  const checkpoint = lastCheckpoint(run, remedyFor(run, ''))
  if (!checkpoint)
    throw new InputError(
      `${lastCheckpointFile(run)}: no checkpoint; it holds the results of the earlier searches`,
    )
  if (isOfLast(trial, checkpoint)) return onWhatWasLeft(trial, checkpoint)
  throw new InputError(
    `${run}: the run is in search ${(checkpoint.stage?.search ?? 0) + 1} of ${trial.stages.length + 1}, and the last one decides`,
  )
}
