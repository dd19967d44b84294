import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Static, TSchema } from '@sinclair/typebox'
import { hashesOf, readChecksums, readKept, remedyFor, writeChecksums } from '../base/checksums.js'
import { InputError } from '../base/errors.js'
import { nodeSha256, writeAtomic, writeJson } from '../base/files.js'
import { jsonText } from '../base/json.js'
import { damaged, jsonObject } from '../base/sealed.js'
import type { Config } from '../config/config-schema.js'
import { resolveConfig } from '../config/load-config.js'
import { validate } from '../config/validator.js'
import type { PreparedData } from '../data/types.js'
import { ArchitectureSchema } from '../supernet/architecture-schema.js'
import type { Architecture } from '../supernet/types.js'
import type { KeptMetrics } from '../trial/figures.js'
import { lastCheckpoint } from './checkpoints.js'
import { unfinished } from './failure.js'
import { eventsFile } from './log-mark.js'
import { lockFile, requireUnlocked } from '../base/run-lock.js'
import { keptConfig, readingConfig } from './run-paths.js'
import { FinishedMetricsSchema, TimingsSchema } from './run-schemas.js'

/** The content of `timings.json`, which holds everything that depends on a clock. */
export interface Timings {
  readonly searchSeconds: number
  readonly baselineSeconds: number | null
  readonly retrainSeconds: number
  /** Absent without rivals. */
  readonly rivalsSeconds?: number
  /** Threads that computed shards, including the main thread; for a resumed run, those of its last part. */
  readonly workers: number
  /** The mean milliseconds of a training step at each evaluation. */
  readonly stepMs: readonly { readonly stage: string; readonly step: number; readonly ms: number }[]
}

/** A finished run as read from its folder. */
export interface FinishedRun {
  readonly folder: string
  readonly config: Config
  readonly architecture: Architecture
  readonly metrics: KeptMetrics
  readonly timings: Timings
}

/** Whether a folder holds a finished run. The metrics are written after all other results. */
export const isFinished = (folder: string): boolean => existsSync(join(folder, 'metrics.json'))

/** The file in a retraining's folder that names the run whose architecture it trains. */
export const retrainedFrom = 'retrained-from.json'

/**
 * Throws if the folder holds a retraining where a search is needed. `what` says what to do with the run that
 * it names.
 */
export function requireSearch(folder: string, what: string): void {
  if (existsSync(join(folder, retrainedFrom)))
    throw new InputError(
      `${folder}: a retraining has no search; ${what} the run that it names in ${retrainedFrom}`,
    )
}

/** Throws, with a remedy, if a folder is neither new nor empty. */
export function requireNewFolder(folder: string): void {
  const at = resolve(folder)
  if (!existsSync(at)) return
  if (!statSync(at).isDirectory())
    throw new InputError(`${folder}: expected a new or empty folder, got a file; choose another --out`)
  requireUnlocked(folder)
  if (readdirSync(at).some((name) => name !== lockFile)) throw occupied(folder)
}

/** Begins a run in a new or empty folder that this process has locked. Throws for any other folder. */
export function createRunFolder(folder: string, config: Config, data: string): void {
  if (readdirSync(resolve(folder)).some((name) => name !== lockFile)) throw occupied(folder)
  writeJson(join(folder, 'config.json'), keptConfig(config, folder))
  beginChecksums(folder, data)
}

/**
 * Starts the checksums of a run that begins or is resumed. Only the configuration has a hash: the one with
 * which the run began.
 */
export function beginChecksums(folder: string, data: string): void {
  const known = readChecksums(folder)?.files['config.json']
  const files = known === undefined ? hashesOf(folder, ['config.json']) : { 'config.json': known }
  writeChecksums(folder, files, data)
}

/** Adds the hash of the log of an interrupted run. It is dropped when the run is resumed. */
export function keepLog(folder: string): void {
  const { data, files } = readChecksums(folder) ?? {}
  writeChecksums(folder, { ...files, ...hashesOf(folder, [eventsFile]) }, data)
}

/**
 * Hashes every file that is read back later. `metrics.json`, which marks a run as finished, is written last.
 */
export function writeFinished(folder: string, metrics: KeptMetrics, names: readonly string[]): void {
  const { data, files } = readChecksums(folder) ?? {}
  const more = existsSync(join(folder, retrainedFrom)) ? [retrainedFrom] : []
  const text = jsonText(metrics)
  const hashes = hashesOf(folder, ['config.json', ...names, ...more])
  writeChecksums(folder, { ...hashes, ...files, 'metrics.json': nodeSha256(text) }, data)
  writeAtomic(join(folder, 'metrics.json'), text)
}

/** How to resume an unfinished run. Data in memory can only be passed by the program that has them. */
function resumption(folder: string): string {
  const config = readKept(folder, 'config.json')?.toString('utf8') ?? ''
  return /"source": *"memory"/.test(config)
    ? `resumeRun(${JSON.stringify(folder)}, { given })`
    : `"sentei resume ${folder}"`
}

function occupied(folder: string): InputError {
  const remedy = !existsSync(join(folder, 'config.json'))
    ? 'other files; choose another --out'
    : isFinished(folder) || existsSync(join(folder, retrainedFrom))
      ? 'another run; choose another --out, or remove it'
      : `an unfinished run; go on with ${resumption(folder)}, or choose another --out`
  return new InputError(`${folder}: expected a new or empty folder, got one with ${remedy}`)
}

/**
 * Throws if the data are not those of the run. Older runs have the hash of their data only in a checkpoint;
 * if there is none, any data are accepted.
 */
export function requireSameData(folder: string, { dataset }: Pick<PreparedData, 'dataset'>): void {
  const known = readChecksums(folder)?.data ?? lastCheckpoint(folder, remedyFor(folder, ''))?.origin.data
  if (known === undefined || known === dataset.hash) return
  throw new InputError(
    `${folder}: expected the data of the run (hash ${known.slice(0, 12)}…), got ${dataset.name} of hash ${dataset.hash.slice(0, 12)}…: they were replaced since; bring them back, or search again`,
  )
}

/** Reads the resolved configuration of the run in a folder, with every path absolute. */
export function readRunConfig(folder: string): Config {
  const kept = readRunFile(folder, 'config.json', 'is this the folder of a run?')
  const config = readingConfig(resolveConfig(kept), folder)
  const { data, retrain } = config
  // Older runs were written before these keys existed.
  return {
    ...config,
    data: { scaling: 'standard', ...data },
    retrain: {
      ...retrain,
      distillation: { ...retrain.distillation, share: retrain.distillation.share ?? 0 },
    },
  }
}

/** Reads the folder of a finished run, for a command that continues from it. */
export function readFinishedRun(folder: string): FinishedRun {
  const config = readRunConfig(folder)
  if (!isFinished(folder))
    throw new InputError(
      `${folder}: expected a finished run, which has metrics.json; ${unfinished(folder, existsSync(join(folder, retrainedFrom)))}`,
    )
  const remedy = `the run is finished, so the file did exist: ${remedyFor(folder, '')}`
  const read = <T extends TSchema>(name: string, schema: T): Static<T> =>
    validate(schema, readRunFile(folder, name, remedy), join(folder, name))
  return {
    folder,
    config,
    metrics: read('metrics.json', FinishedMetricsSchema) as unknown as KeptMetrics,
    architecture: read('architecture.json', ArchitectureSchema) as unknown as Architecture,
    timings: read('timings.json', TimingsSchema) as unknown as Timings,
  }
}

function readRunFile(folder: string, name: string, remedy: string): Record<string, unknown> {
  const path = join(folder, name)
  const bytes = readKept(folder, name)
  if (!bytes) throw damaged(path, 'no such file', remedy)
  return jsonObject(bytes, path, remedyFor(folder, name))
}
