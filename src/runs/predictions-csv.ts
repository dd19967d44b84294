import { csvCell } from '../base/csv.js'
import type { Predictions } from './predict-file.js'

/** What the CSV says of each row. */
export type CsvPredictions = Pick<
  Predictions,
  'names' | 'values' | 'classes' | 'unit' | 'places' | 'statuses'
>

/**
 * Predictions as CSV: the place of each row, then its class and probabilities, or its values, and its status.
 * Cells of a row without a prediction are empty. A text that a spreadsheet would run as a formula is quoted with
 * a `'` in front; numbers stay as they are.
 */
export function predictionsCsv({ names, values, classes, unit, places, statuses }: CsvPredictions): string {
  const columns = classes ? ['predicted', ...names.map((name) => `probability ${name}`)] : names
  const status = columns.includes('status') ? 'row status' : 'status'
  const rows = values.map((own, row) => [
    ...[places[row]!, ...(classes ? [classes[row]!] : [])].map(csvCell),
    ...own.map(shortest),
    csvCell(statuses[row]!),
  ])
  return [[unit, ...columns, status].map(csvCell), ...rows].map((row) => `${row.join(',')}\n`).join('')
}

/** The shortest text that reads back as the same number: at most nine digits if it is a 32-bit float; '' for NaN. */
function shortest(value: number): string {
  if (Number.isNaN(value)) return ''
  if (Math.fround(value) !== value) return String(value)
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return String(short)
  }
  return String(Number(value.toPrecision(9)))
}
