import { availableParallelism } from 'node:os'
import { InputError } from '../base/errors.js'
import { machineMemory } from '../base/machine-memory.js'
import { ownKeys } from '../setup/plugins/needs.js'
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
  /** The bytes of the largest training step of these trials. */
  readonly stepBytes: number
  /** The bytes that all processes may take together; those of the machine by default. */
  readonly memory?: number
}

/**
 * What a process takes besides its largest step: 380 to 500 MB were measured of searches with steps of 25 MB.
 */
const processBytes = 400 * 2 ** 20

/**
 * Throws an InputError unless so many workers can be asked for, which several cannot be with parts that only
 * this process has.
 */
export function checkWorkers(workers: number | undefined, extensions: Extensions): void {
  if (workers !== undefined && !(Number.isInteger(workers) && workers >= 1))
    throw new InputError(`workers: expected integer ≥ 1, got ${workers}`)
  const partKeys = ownKeys(extensions)
  if (partKeys.length > 0 && workers !== undefined && workers > 1)
    throw new InputError(
      `workers: expected 1 with ${partKeys.join(', ')} of your own, which other processes do not have, got ${workers}`,
    )
}

/**
 * The executors of a comparison: this process for one worker, a process for each of several. There are no
 * more than groups. The default is half of the cores, and one where processes gain nothing or lack something:
 * with a backend that has threads of its own, or with parts or data that only this process has; and no more
 * than fit into memory. Throws an InputError if more are asked for than fit.
 */
export function executorsFor({
  workers,
  folder,
  extensions,
  groups,
  stepBytes,
  memory = machineMemory(),
}: WorkersFor): TrialExecutor[] {
  const partKeys = ownKeys(extensions)
  const isSingleProcess =
    partKeys.length > 0 || groups.flat().some(({ config }) => !oneThread.includes(config.backend))
  const fitting = Math.max(1, Math.floor(memory / (processBytes + stepBytes)))
  const usual = isSingleProcess ? 1 : Math.min(fitting, Math.max(1, Math.floor(availableParallelism() / 2)))
  const count = Math.min(workers ?? usual, groups.length)
  if (count > fitting)
    throw new InputError(
      `workers: ${count} trials at a time need about ${gib(count * (processBytes + stepBytes))} GiB, the machine has ${gib(memory)} GiB; take at most ${fitting}`,
    )
  if (count <= 1) return [localExecutor(setUpIn(folder, extensions))]
  return Array.from({ length: count }, () => processExecutor(folder, extensions.plugins?.files))
}

const gib = (bytes: number): string => (bytes / 2 ** 30).toFixed(1)
