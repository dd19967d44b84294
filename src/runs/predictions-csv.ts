import { csvCell } from '../base/csv.js'
import type { Predictions } from './predict-file.js'

/** What the CSV says of each row. */
export type CsvPredictions = Pick<
  Predictions,
  'names' | 'values' | 'classes' | 'unit' | 'places' | 'statuses' | 'broken' | 'about'
>

/**
 * Predictions as CSV: the place of each row, then its class and probabilities, or its values, and its status.
 * Cells of a row without a prediction, or of a broken file, are empty. A text that a spreadsheet would run as a
 * formula is quoted with a `'` in front; numbers stay as they are.
 */
export function predictionsCsv(predictions: CsvPredictions): string {
  const { names, values, classes, unit, places, statuses, broken, about } = predictions
  const named = Object.keys(about?.[0] ?? {})
  const predicted = classes ? ['predicted', ...names.map((name) => `probability ${name}`)] : names
  const columns = [...named, ...predicted]
  const status = columns.includes('status') ? 'row status' : 'status'
  const rows = values.map((rowValues, row) => [
    ...[places[row]!, ...named.map((name) => about![row]![name]!)].map(csvCell),
    ...(classes ? [csvCell(classes[row]!)] : []),
    ...rowValues.map(shortest),
    csvCell(statuses[row]!),
  ])
  const all = broken ? inOrder([...rows, ...broken.map(({ file }) => emptyRow(file, columns.length))]) : rows
  return [[unit, ...columns, status].map(csvCell), ...all].map((row) => `${row.join(',')}\n`).join('')
}

/** The row of a file without a prediction: its name, empty cells, and why. */
const emptyRow = (file: string, columns: number): string[] => [
  csvCell(file),
  ...Array.from({ length: columns }, () => ''),
  'broken image',
]

/** Rows by the code units of their names, which is the order in which the files of a folder are read. */
const inOrder = (rows: readonly string[][]): string[][] =>
  [...rows].sort(([a], [b]) => (a! < b! ? -1 : a! > b! ? 1 : 0))

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
