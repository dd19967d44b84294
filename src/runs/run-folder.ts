import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Static, TSchema } from '@sinclair/typebox'
import { hashesOf, readChecksums, readKept, remedyFor, writeChecksums } from '../base/checksums.js'
import { InputError } from '../base/errors.js'
import { sha256, writeAtomic, writeJson } from '../base/files.js'
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
import { lockFile, requireUnlocked } from './run-lock.js'
import { FinishedMetricsSchema, TimingsSchema } from './run-schemas.js'

/** The content of `timings.json`: everything that comes from a clock. */
export interface Timings {
  readonly searchSeconds: number
  readonly baselineSeconds: number | null
  readonly retrainSeconds: number
  /** Threads that computed shards, the main one included; of a run that was resumed, those of the last part. */
  readonly workers: number
  /** The mean time of a training step in ms, evaluation by evaluation. */
  readonly stepMs: readonly { readonly stage: string; readonly step: number; readonly ms: number }[]
}

/** A finished run, as its folder holds it. */
export interface FinishedRun {
  readonly folder: string
  readonly config: Config
  readonly architecture: Architecture
  readonly metrics: KeptMetrics
  readonly timings: Timings
}

/** Is there a finished run in a folder? Its metrics are written after everything that they speak of. */
export const isFinished = (folder: string): boolean => existsSync(join(folder, 'metrics.json'))

/** The file of a retraining that names the run whose architecture it trains. */
export const retrainedFrom = 'retrained-from.json'

/** Refuses a retraining where a search is asked about: `what` to do with the run that it names. */
export function requireSearch(folder: string, what: string): void {
  if (existsSync(join(folder, retrainedFrom)))
    throw new InputError(
      `${folder}: a retraining has no search; ${what} the run that it names in ${retrainedFrom}`,
    )
}

/** Refuses a folder that is not new or empty, with the way out. */
export function requireNewFolder(folder: string): void {
  const at = resolve(folder)
  if (!existsSync(at)) return
  if (!statSync(at).isDirectory())
    throw new InputError(`${folder}: expected a new or empty folder, got a file; choose another --out`)
  requireUnlocked(folder)
  if (readdirSync(at).some((name) => name !== lockFile)) throw occupied(folder)
}

/** Begins a run in a new or empty folder, which this process has locked; in any other it refuses. */
export function createRunFolder(folder: string, config: Config, data: string): void {
  if (readdirSync(resolve(folder)).some((name) => name !== lockFile)) throw occupied(folder)
  writeJson(join(folder, 'config.json'), config)
  beginChecksums(folder, data)
}

/** Of a run that begins, or goes on, the configuration alone has a hash: the one that it began with. */
export function beginChecksums(folder: string, data: string): void {
  const known = readChecksums(folder)?.files['config.json']
  const files = known === undefined ? hashesOf(folder, ['config.json']) : { 'config.json': known }
  writeChecksums(folder, files, data)
}

/** Gives the log of a run that was interrupted its hash, until it goes on. */
export function keepLog(folder: string): void {
  const { data, files } = readChecksums(folder) ?? {}
  writeChecksums(folder, { ...files, ...hashesOf(folder, [eventsFile]) }, data)
}

/** Gives every file that is read back its hash; `metrics.json`, which says that a run is finished, is written last. */
export function writeFinished(folder: string, metrics: KeptMetrics, names: readonly string[]): void {
  const { data, files } = readChecksums(folder) ?? {}
  const more = existsSync(join(folder, retrainedFrom)) ? [retrainedFrom] : []
  const text = jsonText(metrics)
  const hashes = hashesOf(folder, ['config.json', ...names, ...more])
  writeChecksums(folder, { ...hashes, ...files, 'metrics.json': sha256(text) }, data)
  writeAtomic(join(folder, 'metrics.json'), text)
}

/** How an unfinished run goes on: data that a program gave only that program can give again. */
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

/** Refuses data that are not those that a run was made of. Of older runs its checkpoint knows them; else it takes any. */
export function requireSameData(folder: string, { dataset }: Pick<PreparedData, 'dataset'>): void {
  const known = readChecksums(folder)?.data ?? lastCheckpoint(folder, remedyFor(folder, ''))?.origin.data
  if (known === undefined || known === dataset.hash) return
  throw new InputError(
    `${folder}: expected the data of the run (hash ${known.slice(0, 12)}…), got ${dataset.name} of hash ${dataset.hash.slice(0, 12)}…: they were replaced since; bring them back, or search again`,
  )
}

/** The resolved configuration of the run in a folder. */
export function readRunConfig(folder: string): Config {
  const config = resolveConfig(readRunFile(folder, 'config.json', 'is this the folder of a run?'))
  const { data, retrain } = config
  // Runs of before there was a choice.
  return {
    ...config,
    data: { scaling: 'standard', ...data },
    retrain: {
      ...retrain,
      distillation: { ...retrain.distillation, share: retrain.distillation.share ?? 0 },
    },
  }
}

/** Everything in the folder of a finished run, for a command that continues from it. */
export function readFinishedRun(folder: string): FinishedRun {
  const config = readRunConfig(folder)
  const remedy = isFinished(folder)
    ? `the run is finished, so it was there: ${remedyFor(folder, '')}`
    : unfinished(folder, existsSync(join(folder, retrainedFrom)))
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
