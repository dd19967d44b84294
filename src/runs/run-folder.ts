import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '../base/errors.js'
import { writeJson } from '../base/files.js'
import type { Config } from '../config/config-schema.js'
import { resolveConfig } from '../config/load-config.js'
import type { TrialMetrics } from '../derive/types.js'
import type { Architecture } from '../supernet/types.js'

/** The content of `timings.json`: everything that comes from a clock. */
export interface Timings {
  readonly searchSeconds: number
  readonly baselineSeconds: number | null
  readonly retrainSeconds: number
  /** Threads that computed shards, the main one included; of a run that was resumed, those of the last part. */
  readonly workers: number
  /** The mean time of a training step in ms, epoch by epoch. */
  readonly stepMs: readonly { readonly stage: string; readonly epoch: number; readonly ms: number }[]
}

/** A finished run, as its folder holds it. */
export interface FinishedRun {
  readonly folder: string
  readonly config: Config
  readonly architecture: Architecture
  readonly metrics: TrialMetrics
  readonly timings: Timings
}

/** Is there a finished run in a folder? Its metrics are written after everything that they speak of. */
export const isFinished = (folder: string): boolean => existsSync(join(folder, 'metrics.json'))

/** The file of a retraining that names the run whose architecture it trains. */
export const retrainedFrom = 'retrained-from.json'

/** Begins a run in a new or empty folder; in any other it refuses, with the way out. */
export function createRunFolder(folder: string, config: Config): void {
  if (existsSync(folder)) {
    if (!statSync(folder).isDirectory())
      throw new InputError(`${folder}: expected a new or empty folder, got a file; choose another --out`)
    if (readdirSync(folder).length > 0) throw occupied(folder)
  }
  writeJson(join(folder, 'config.json'), config)
}

function occupied(folder: string): InputError {
  const remedy = !existsSync(join(folder, 'config.json'))
    ? 'other files; choose another --out'
    : isFinished(folder) || existsSync(join(folder, retrainedFrom))
      ? 'another run; choose another --out, or remove it'
      : `an unfinished run; go on with "sentei resume ${folder}", or choose another --out`
  return new InputError(`${folder}: expected a new or empty folder, got one with ${remedy}`)
}

/** The resolved configuration of the run in a folder. */
export function readRunConfig(folder: string): Config {
  return resolveConfig(readRunFile(folder, 'config.json', 'is this the folder of a run?'))
}

/** Everything that a finished run's folder holds, for whoever goes on from it. */
export function readFinishedRun(folder: string): FinishedRun {
  const config = readRunConfig(folder)
  const remedy = `the run is not finished; go on with "sentei resume ${folder}"`
  const read = <T extends object>(name: string) => readRunFile<T>(folder, name, remedy)
  return {
    folder,
    config,
    architecture: read<Architecture>('architecture.json'),
    metrics: read<TrialMetrics>('metrics.json'),
    timings: read<Timings>('timings.json'),
  }
}

function readRunFile<T extends object>(folder: string, name: string, remedy: string): T {
  const path = join(folder, name)
  if (!existsSync(path)) throw new InputError(`${path}: no such file; ${remedy}`)
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T
  } catch {
    throw new InputError(`${path}: expected a JSON document`)
  }
}
