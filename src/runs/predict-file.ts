import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '../base/errors.js'
import type { BrokenFile } from '../data/content.js'
import { gather } from '../data/batches.js'
import { encodeContent } from '../data/encode-content.js'
import type { SeriesPlace } from '../data/series-places.js'
import { newTargets } from '../data/new-targets.js'
import { countStatuses, rowStatuses, statusForm, type StatusCounts } from '../data/row-status.js'
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
  /**
   * One row per row of the file: probabilities by class, or values by output in original units; NaN where there is
   * no prediction.
   */
  readonly values: readonly (readonly number[])[]
  /** The class that is decided for in each row, '' where there is no prediction; only for classification. */
  readonly classes?: readonly string[]
  /** The status of each row: `ok`, or what training had not seen. */
  readonly statuses: readonly string[]
  /** How many rows are ok and have a prediction, and how often each remark was made. */
  readonly counts: StatusCounts
  /** Sentences on the file as a whole. */
  readonly warnings: readonly string[]
  /** What a row is called in this format, and the number (the line on which it ends) or name of each row. */
  readonly unit: string
  readonly places: readonly (number | string)[]
  /** Files of the folder that have no prediction, because they are no whole images. */
  readonly broken?: readonly BrokenFile[]
  /** For series with names or times: those of each row. */
  readonly about?: readonly SeriesPlace[]
  /**
   * If the file has the target of every row: the metric by which the model was chosen and, for classes,
   * accuracy, and then the others that are listed of its task, on the rows that have a prediction.
   */
  readonly scores?: Scores
  /** Why there are no scores although the file has some targets. */
  readonly unscored?: string
}

/** Metrics by name. */
export type Scores = Readonly<Partial<Record<MetricName, number>>>

/** How a file is predicted. */
export interface PredictOptions {
  /** Whether a row with something that the model does not know is an error, not a status. */
  readonly strict?: boolean | undefined
}

/**
 * Predicts every row of a file (or image of a folder) with a saved model, given by its folder, its run's
 * folder, or an ONNX file. Frees the model. `readers` are used in addition to those of the registry. A row that
 * the model cannot predict has a status that says why. Throws an InputError for a run that is not finished, with
 * how to continue it, and under `strict` for the first row that has what the model does not know.
 */
export async function predictFile(
  folder: string,
  file: string,
  readers: readonly Reader[] = [],
  { strict }: PredictOptions = {},
): Promise<Predictions> {
  const model = await (isOnnx(folder) ? openOnnx(folder) : openLayers(modelFolder(folder)))
  try {
    const { preprocess } = model
    const { encoding, task, features, ranges } = preprocess
    const content = await readRecords(encoding, file, readers, strict === true ? 'refuse' : 'skip')
    const records = encodeContent(encoding, content, { strict, features })
    const { rows, inputs, unit, places, about, warnings } = records
    const statuses = rowStatuses(records, statusForm(encoding, features, ranges))
    const { values: targets, lacking } = newTargets(encoding, task, content)
    const known = Uint32Array.from(statuses.keys()).filter((row) => !statuses[row]!.refused)
    const outputs = await model.predict(inputs, known)
    const names = task.kind === 'classification' ? task.classes : task.outputs
    const values = Array.from({ length: rows }, () => names.map(() => NaN))
    known.forEach((row, i) => (values[row] = [...outputs.subarray(i * names.length, (i + 1) * names.length)]))
    const classes = values.map((p) => (p.some(Number.isNaN) ? '' : names[decidedOf(task, p)]!))
    return {
      names,
      values,
      unit,
      places,
      warnings,
      about,
      broken: content.broken,
      ...(task.kind === 'classification' && { classes }),
      statuses: statuses.map(({ text }) => text),
      counts: countStatuses(statuses),
      ...(targets &&
        known.length > 0 && { scores: scoresOf(preprocess, outputs, chosen(targets, known, rows)) }),
      unscored: lacking,
    }
  } finally {
    await model.close()
  }
}

/** The targets of some of the rows. */
const chosen = (targets: Float64Array, known: Uint32Array, rows: number): Float64Array =>
  gather(targets, targets.length / rows, known)

/**
 * The folder of a run's model, or the given folder if that holds a model. Throws for a run without a result.
 */
export function modelFolder(folder: string): string {
  const isRun = existsSync(join(folder, 'config.json'))
  if (isRun && !isFinished(folder) && !existsSync(join(folder, modelFolderIn(folder), 'model.json')))
    throw new InputError(
      `${folder}: expected a model, got none; ${unfinished(folder, existsSync(join(folder, retrainedFrom)))}`,
    )
  const runModel = join(folder, modelFolderIn(folder))
  return existsSync(runModel) ? runModel : folder
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
