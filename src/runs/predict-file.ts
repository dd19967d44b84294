import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Reader } from '../data/readers/types.js'
import { encodeRecords } from '../data/records.js'
import { readModel } from '../export/model-files.js'
import { readPreprocess, requireSound } from '../export/preprocess.js'
import { modelPredictions } from '../export/verify.js'

/** What a model says about the rows of a file. */
export interface Predictions {
  /** Class names, or the outputs' names. */
  readonly names: readonly string[]
  /** Probabilities by class, or values by output in original units, a row each. */
  readonly values: readonly (readonly number[])[]
  /** The most probable class of each row; only for classification. */
  readonly classes?: readonly string[]
  /** What a row is in the file, and for each row its number (the line on which it ends) or its name. */
  readonly unit: string
  readonly places: readonly (number | string)[]
}

/**
 * Predicts every row of a file (or every image of a folder) with a saved model, given its folder or its run's
 * folder. Frees the model. `readers` are your own, in addition to those of the registry.
 */
export async function predictFile(
  folder: string,
  file: string,
  readers: readonly Reader[] = [],
): Promise<Predictions> {
  const at = modelFolder(folder)
  if (existsSync(join(at, 'model.json'))) requireSound(at)
  const model = await readModel(at)
  try {
    const preprocess = readPreprocess(at)
    const { encoding, task } = preprocess
    const { rows, inputs, unit, places } = await encodeRecords(encoding, file, readers)
    const all = Uint32Array.from({ length: rows }, (_, row) => row)
    const outputs = modelPredictions(model, preprocess, inputs, all)
    const names = task.kind === 'classification' ? task.classes : task.outputs
    const values = Array.from({ length: rows }, (_, row) => [
      ...outputs.subarray(row * names.length, (row + 1) * names.length),
    ])
    const classes = values.map((p) => names[p.indexOf(Math.max(...p))]!)
    return { names, values, unit, places, ...(task.kind === 'classification' && { classes }) }
  } finally {
    model.dispose()
  }
}

/** The folder of a run's model, or a folder itself. */
export const modelFolder = (folder: string): string =>
  existsSync(join(folder, 'model')) ? join(folder, 'model') : folder

/** Returns predictions as CSV: the place of each row, and then its class and probabilities, or its values. */
export function predictionsCsv({ names, values, classes, unit, places }: Predictions): string {
  const columns = classes ? ['predicted', ...names.map((name) => `probability ${name}`)] : names
  const rows = values.map((own, row) => [places[row]!, ...(classes ? [classes[row]!] : []), ...own])
  return [[unit, ...columns], ...rows].map((row) => `${row.map(csvCell).join(',')}\n`).join('')
}

function csvCell(cell: string | number): string {
  const text = String(cell)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
