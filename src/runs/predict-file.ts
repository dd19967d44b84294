import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '../base/errors.js'
import { encodeContent } from '../data/encode-content.js'
import { newTargets } from '../data/new-targets.js'
import type { Reader } from '../data/readers/types.js'
import { readRecords } from '../data/records.js'
import type { Task } from '../data/types.js'
import { decidedOf, scoreOf } from '../export/score.js'
import { listedMetrics } from '../objective/listed-metrics.js'
import { metricsOf, type MetricName } from '../objective/metrics.js'
import { unfinished } from './failure.js'
import { modelFolderIn } from './model-folder.js'
import { isOnnx, openLayers, openOnnx } from './opened-model.js'
import { isFinished, retrainedFrom } from './run-folder.js'

/** The predictions of a model for the rows of a file. */
export interface Predictions {
  /** The names of the classes or of the outputs. */
  readonly names: readonly string[]
  /** One row per row of the file: probabilities by class, or values by output in original units. */
  readonly values: readonly (readonly number[])[]
  /** The class that is decided for in each row; only for classification. */
  readonly classes?: readonly string[]
  /** What a row is called in this format, and the number (the line on which it ends) or name of each row. */
  readonly unit: string
  readonly places: readonly (number | string)[]
  /**
   * If the file has the target of every row: the metric by which the model was chosen and, for classes,
   * accuracy, and then the others that are listed of its task.
   */
  readonly scores?: Scores
  /** Why there are no scores although the file has some targets. */
  readonly unscored?: string
}

/** Metrics by name. */
export type Scores = Readonly<Partial<Record<MetricName, number>>>

/**
 * Predicts every row of a file (or image of a folder) with a saved model, given by its folder, its run's
 * folder, or an ONNX file. Frees the model. `readers` are used in addition to those of the registry. Throws an
 * InputError for a run that is not finished, with how to continue it.
 */
export async function predictFile(
  folder: string,
  file: string,
  readers: readonly Reader[] = [],
): Promise<Predictions> {
  const model = await (isOnnx(folder) ? openOnnx(folder) : openLayers(modelFolder(folder)))
  try {
    const { preprocess } = model
    const { encoding, task } = preprocess
    const content = await readRecords(encoding, file, readers)
    const { rows, inputs, unit, places } = encodeContent(encoding, content)
    const { values: targets, lacking } = newTargets(encoding, task, content)
    const all = Uint32Array.from({ length: rows }, (_, row) => row)
    const outputs = await model.predict(inputs, all)
    const names = task.kind === 'classification' ? task.classes : task.outputs
    const values = Array.from({ length: rows }, (_, row) => [
      ...outputs.subarray(row * names.length, (row + 1) * names.length),
    ])
    const classes = values.map((p) => names[decidedOf(task, p)]!)
    return {
      ...{ names, values, unit, places },
      ...(task.kind === 'classification' && { classes }),
      ...(targets && { scores: scoresOf(preprocess, outputs, targets) }),
      ...(lacking !== undefined && { unscored: lacking }),
    }
  } finally {
    await model.close()
  }
}

/**
 * The folder of a run's model, or the given folder if that holds a model. Throws for a run without a result.
 */
export function modelFolder(folder: string): string {
  const isRun = existsSync(join(folder, 'config.json'))
  if (isRun && !isFinished(folder) && !existsSync(join(folder, modelFolderIn(folder), 'model.json')))
    throw new InputError(
      `${folder}: expected a model, got none; ${unfinished(folder, existsSync(join(folder, retrainedFrom)))}`,
    )
  const own = join(folder, modelFolderIn(folder))
  return existsSync(own) ? own : folder
}

function scoresOf(
  { task, metric }: { readonly task: Task; readonly metric: string },
  outputs: Float64Array,
  targets: Float64Array,
): Scores {
  const listed = listedMetrics(task)
  const chosenBy = metricsOf[task.kind].filter((name) => name === metric || name === 'accuracy')
  const wanted = new Set([...chosenBy, ...listed])
  const scores = [...wanted].map((name) => [name, scoreOf(name, task, outputs, targets)] as const)
  return Object.fromEntries(scores.filter(([name, value]) => chosenBy.includes(name) || !Number.isNaN(value)))
}
