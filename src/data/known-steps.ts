import type { Dataset } from './types.js'

/** What windows say of the time steps that they cover. */
export interface KnownSteps {
  /** steps × columns in original units; NaN where no window says anything, or a cell is missing. */
  readonly values: Float64Array
  /** The stretch of each step: two steps have the same number only if windows connect them without a gap. */
  readonly stretches: Int32Array
}

/**
 * The values of some columns, step by step, as the windows of some rows have them. No window crosses a gap or two
 * series, so that neither does a stretch.
 */
export function knownSteps(
  { shape, inputs, spans = [] }: Dataset,
  columns: readonly number[],
  rows: Uint32Array,
): KnownSteps {
  const [window, channels] = shape as [number, number]
  const length = rows.reduce((most, row) => Math.max(most, spans[row]![1]), 0)
  const values = new Float64Array(length * columns.length).fill(NaN)
  const opened = new Int32Array(length + 1)
  for (const row of rows) {
    const [from, to] = spans[row]!
    opened[from]! += 1
    opened[to - 1]! -= 1
    for (let step = 0; step < window; step++)
      columns.forEach((column, o) => {
        values[(from + step) * columns.length + o] = inputs[(row * window + step) * channels + column]!
      })
  }
  const stretches = new Int32Array(length)
  for (let step = 0, open = 0; step < length - 1; step++) {
    open += opened[step]!
    stretches[step + 1] = stretches[step]! + (open > 0 ? 0 : 1)
  }
  return { values, stretches }
}
