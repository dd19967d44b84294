import type { Dataset } from './types.js'

/** Which feature of its windows each output of a forecast continues; undefined where one of them is not a feature. */
export function continuedColumns({ task, features, encoding }: Dataset): readonly number[] | undefined {
  if (task.kind !== 'forecasting' || encoding.kind !== 'series') return undefined
  const columns = task.outputs.map((output) => features.indexOf(output))
  return columns.includes(-1) ? undefined : columns
}
