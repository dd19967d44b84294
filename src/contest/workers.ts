import { availableParallelism } from 'node:os'
import { InputError } from '../base/errors.js'
import type { Extensions } from '../setup/setup-trial.js'
import type { TrialExecutor } from './executor.js'
import { localExecutor } from './local-executor.js'
import type { PlannedTrial } from './planned.js'
import { processExecutor } from './process-executor.js'
import { setUpIn } from './set-up.js'

/** Backends that compute in one thread, so that more processes compute more. */
const oneThread = ['wasm', 'cpu']

export interface WorkersFor {
  /** The number of trials at a time; undefined for the default. */
  readonly workers: number | undefined
  readonly folder: string
  readonly extensions: Extensions
  /** The trials that are to run, in groups. */
  readonly groups: readonly (readonly PlannedTrial[])[]
}

/**
 * The executors of a comparison: this process for one worker, a process for each of several. There are no more
 * than groups. The default is half of the cores, and one where processes gain nothing or lack something: with
 * a backend that has threads of its own, or with parts or data that only this process has. Throws an
 * InputError if more are asked for with such parts.
 */
export function executorsFor({ workers, folder, extensions, groups }: WorkersFor): TrialExecutor[] {
  if (workers !== undefined && !(Number.isInteger(workers) && workers >= 1))
    throw new InputError(`workers: expected integer ≥ 1, got ${workers}`)
  const own = Object.keys(extensions)
  if (own.length > 0 && workers !== undefined && workers > 1)
    throw new InputError(
      `workers: expected 1 with ${own.join(', ')} of your own, which other processes do not have, got ${workers}`,
    )
  const alone = own.length > 0 || groups.flat().some(({ config }) => !oneThread.includes(config.backend))
  const most = workers ?? (alone ? 1 : Math.max(1, Math.floor(availableParallelism() / 2)))
  const count = Math.min(most, groups.length)
  if (count <= 1) return [localExecutor(setUpIn(folder, extensions))]
  return Array.from({ length: count }, () => processExecutor(folder))
}
