import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { encodeRecords } from '../data/records.js'
import { readModel } from '../export/model-files.js'
import { readPreprocess } from '../export/preprocess.js'
import { modelPredictions } from '../export/verify.js'

/** What a model says about the rows of a file. */
export interface Predictions {
  /** Class names, or the outputs' names. */
  readonly names: readonly string[]
  /** Probabilities by class, or values by output in original units, a row each. */
  readonly values: readonly (readonly number[])[]
  /** The most probable class of each row; only for classification. */
  readonly classes?: readonly string[]
  /** For each row the line of the file that it ends on. */
  readonly lines: readonly number[]
}

/** Predicts every row of a CSV file with a saved model, given its folder or its run's. Frees the model. */
export async function predictFile(folder: string, file: string): Promise<Predictions> {
  const at = existsSync(join(folder, 'model', 'model.json')) ? join(folder, 'model') : folder
  const model = await readModel(at)
  try {
    const { encoding, fill, shape, task } = readPreprocess(at)
    const { rows, inputs, lines } = encodeRecords(encoding, fill, file)
    const all = Uint32Array.from({ length: rows }, (_, row) => row)
    const outputs = modelPredictions(model, inputs, shape, all, fill)
    const names = task.kind === 'classification' ? task.classes : task.outputs
    const values = Array.from({ length: rows }, (_, row) => [
      ...outputs.subarray(row * names.length, (row + 1) * names.length),
    ])
    const classes = values.map((p) => names[p.indexOf(Math.max(...p))]!)
    return { names, values, lines, ...(task.kind === 'classification' && { classes }) }
  } finally {
    model.dispose()
  }
}

/** Predictions as CSV: the line of each row, then class and probabilities, or the values. */
export function predictionsCsv({ names, values, classes, lines }: Predictions): string {
  const columns = classes ? ['predicted', ...names.map((name) => `probability ${name}`)] : names
  const rows = values.map((own, row) => [lines[row]!, ...(classes ? [classes[row]!] : []), ...own])
  return [['line', ...columns], ...rows].map((row) => `${row.map(csvCell).join(',')}\n`).join('')
}

function csvCell(cell: string | number): string {
  const text = String(cell)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
