import { csvCell } from '../base/csv.js'
import type { Predictions } from './predict-file.js'

/**
 * Predictions as CSV: where each row stands, then class and probabilities, or the values. A text that a spreadsheet would
 * run as a formula has a `'` before it and stands in quotes; numbers are as they are.
 */
export function predictionsCsv({ names, values, classes, unit, places }: Predictions): string {
  const columns = classes ? ['predicted', ...names.map((name) => `probability ${name}`)] : names
  const rows = values.map((own, row) => [
    ...[places[row]!, ...(classes ? [classes[row]!] : [])].map(csvCell),
    ...own.map(shortest),
  ])
  return [[unit, ...columns].map(csvCell), ...rows].map((row) => `${row.join(',')}\n`).join('')
}

/** A number in the fewest digits that tell it from the others of its kind: nine at most where 32 bits hold it. */
function shortest(value: number): string {
  if (Math.fround(value) !== value) return String(value)
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return String(short)
  }
  return String(Number(value.toPrecision(9)))
}
