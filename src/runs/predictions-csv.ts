import { csvCell } from '../base/csv.js'
import type { Predictions } from './predict-file.js'

/**
 * Predictions as CSV: the place of each row, then its class and probabilities, or its values. A text that a
 * spreadsheet would run as a formula is quoted with a `'` in front; numbers stay as they are.
 */
export function predictionsCsv({ names, values, classes, unit, places, about }: Predictions): string {
  const columns = classes ? ['predicted', ...names.map((name) => `probability ${name}`)] : names
  const own = Object.keys(about?.[0] ?? {})
  const rows = values.map((numbers, row) => [
    ...[places[row]!, ...own.map((name) => about![row]![name]!), ...(classes ? [classes[row]!] : [])].map(
      csvCell,
    ),
    ...numbers.map(shortest),
  ])
  return [[unit, ...own, ...columns].map(csvCell), ...rows].map((row) => `${row.join(',')}\n`).join('')
}

/** The shortest text that reads back as the same number: at most nine digits if it is a 32-bit float. */
function shortest(value: number): string {
  if (Math.fround(value) !== value) return String(value)
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return String(short)
  }
  return String(Number(value.toPrecision(9)))
}
