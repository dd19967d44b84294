import { continuedColumns } from '../../data/continued.js'
import type { PreparedData } from '../../data/types.js'
import type { TrialRival } from './types.js'

/**
 * The last value of each output in the window, or the last one that is not missing. Undefined if an output is no
 * column of the window.
 */
export const persistence: TrialRival = {
  title: 'persistence',
  fit({ data }) {
    const columns = continuedColumns(data.dataset)
    if (!columns) return Promise.resolve(undefined)
    return Promise.resolve({
      predict: (rows) => Float64Array.from(Array.from(rows).flatMap((row) => lastKnown(data, columns, row))),
      size: { parameters: 0 },
    })
  },
}

/** The last known values of some columns in a window, in original units; the fill where there is none. */
export function lastKnown(
  { dataset: { inputs, shape }, scaler }: Pick<PreparedData, 'dataset' | 'scaler'>,
  columns: readonly number[],
  row: number,
): number[] {
  const [window, channels] = shape as [number, number]
  return columns.map((column) => {
    for (let step = window - 1; step >= 0; step--) {
      const value = inputs[(row * window + step) * channels + column]!
      if (!Number.isNaN(value)) return value
    }
    return scaler.fill[column]!
  })
}
