import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '../base/errors.js'
import { writeJson } from '../base/files.js'
import type { Encoding, PreparedData, Task } from '../data/types.js'
import type { Shape } from '../nn/graph.js'

/** What stands beside a model so that raw records can be fed to it: `preprocess.json`. */
export interface Preprocess {
  readonly format: 'sentei-preprocess/1'
  /** The data set that the model was trained on. */
  readonly data: string
  readonly task: Task
  /** The metric that the model was chosen by. */
  readonly metric: string
  /** One input's shape. */
  readonly shape: Shape
  readonly features: readonly string[]
  readonly encoding: Encoding
  /** What replaces a missing input, in original units, one a feature. */
  readonly fill: readonly number[]
}

/** Writes `preprocess.json` for a model trained on some data. */
export function writePreprocess(folder: string, { dataset, scaler }: PreparedData, metric: string): void {
  const { name: data, task, shape, features, encoding } = dataset
  const format = 'sentei-preprocess/1'
  const document: Preprocess = { format, data, task, metric, shape, features, encoding, fill: scaler.fill }
  writeJson(join(folder, 'preprocess.json'), document)
}

/** Reads a model's `preprocess.json`. */
export function readPreprocess(folder: string): Preprocess {
  const path = join(folder, 'preprocess.json')
  if (!existsSync(path))
    throw new InputError(`${path}: no such file; sentei predict needs it beside model.json`)
  return JSON.parse(readFileSync(path, 'utf8')) as Preprocess
}
