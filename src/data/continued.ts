import { outputsOf, type Dataset } from './types.js'

/**
 * The feature that each output of a forecast continues, as an index; undefined if this is not a forecast or
 * an output is not a feature.
 */
export function continuedColumns({ task, features, encoding }: Dataset): readonly number[] | undefined {
  if (task.kind !== 'forecasting' || encoding.kind !== 'series') return undefined
  const columns = task.outputs.map((output) => features.indexOf(output))
  return columns.includes(-1) ? undefined : columns
}

/** What a forecast goes on from: the last scaled values of some rows, rows × outputs; 0 for other tasks. */
export function lastValues(dataset: Dataset, inputs: Float32Array, rows: Uint32Array): Float64Array {
  const width = outputsOf(dataset.task)
  const result = new Float64Array(rows.length * width)
  const columns = continuedColumns(dataset)
  if (!columns) return result
  const [steps, channels] = dataset.shape as [number, number]
  rows.forEach((row, i) => {
    columns.forEach((column, o) => {
      result[i * width + o] = inputs[(row * steps + steps - 1) * channels + column]!
    })
  })
  return result
}
