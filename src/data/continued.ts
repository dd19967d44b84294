import type { Dataset } from './types.js'

/**
 * The feature that each output of a forecast continues, as an index; undefined if this is not a forecast or
 * an output is not a feature.
 */
export function continuedColumns({ task, features, encoding }: Dataset): readonly number[] | undefined {
  if (task.kind !== 'forecasting' || encoding.kind !== 'series') return undefined
  const columns = task.outputs.map((output) => features.indexOf(output))
  return columns.includes(-1) ? undefined : columns
}
