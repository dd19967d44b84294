import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '../base/errors.js'
import { writeJson } from '../base/files.js'
import type { Encoding, PreparedData, Scales, Task } from '../data/types.js'
import type { Shape } from '../nn/graph.js'
import { scalesApart } from './outside.js'

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
  /**
   * What is done around the model in 64-bit floats: it is fed (x − input.mean) / input.std, a feature each, and
   * y is its output · target.std + target.mean. Means 0 and deviations 1 but for columns far from 0.
   */
  readonly outside: Scales
}

/** Writes `preprocess.json` for a model trained on some data. */
export function writePreprocess(folder: string, { dataset, scaler }: PreparedData, metric: string): void {
  const { name: data, task, shape, features, encoding } = dataset
  const format = 'sentei-preprocess/1'
  const { fill } = scaler
  const { outside } = scalesApart(scaler)
  const document: Preprocess = { format, data, task, metric, shape, features, encoding, fill, outside }
  writeJson(join(folder, 'preprocess.json'), document)
}

/** Scales that change nothing: those of models from before there were any outside. */
function nothing(features: readonly string[], task: Task): Scales {
  const none = (names: readonly string[]) => ({ mean: names.map(() => 0), std: names.map(() => 1) })
  return { input: none(features), target: none(task.kind === 'classification' ? [] : task.outputs) }
}

/** Reads a model's `preprocess.json`. */
export function readPreprocess(folder: string): Preprocess {
  const path = join(folder, 'preprocess.json')
  if (!existsSync(path))
    throw new InputError(`${path}: no such file; sentei predict needs it beside model.json`)
  const document = JSON.parse(readFileSync(path, 'utf8')) as Omit<Preprocess, 'outside'> & Partial<Preprocess>
  const { features, task, outside = nothing(features, task) } = document
  return { ...document, outside }
}
