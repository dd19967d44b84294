import { csvCell } from '../base/csv.js'
import type { Predictions } from './predict-file.js'

/**
 * Predictions as CSV: the place of each row, then its class and probabilities, or its values; nothing for a
 * broken file. A text that a
 * spreadsheet would run as a formula is quoted with a `'` in front; numbers stay as they are.
 */
export function predictionsCsv({ names, values, classes, unit, places, broken }: Predictions): string {
  const columns = classes ? ['predicted', ...names.map((name) => `probability ${name}`)] : names
  const rows = values.map((own, row) => [
    ...[places[row]!, ...(classes ? [classes[row]!] : [])].map(csvCell),
    ...own.map(shortest),
  ])
  const all = broken ? inOrder([...rows, ...broken.map(({ file }) => emptyRow(file, columns.length))]) : rows
  return [[unit, ...columns].map(csvCell), ...all].map((row) => `${row.join(',')}\n`).join('')
}

/** The row of a file without a prediction: its name, and empty cells. */
const emptyRow = (file: string, columns: number): string[] => [
  csvCell(file),
  ...Array.from({ length: columns }, () => ''),
]

/** Rows by the code units of their names, which is the order in which the files of a folder are read. */
const inOrder = (rows: readonly string[][]): string[][] =>
  [...rows].sort(([a], [b]) => (a! < b! ? -1 : a! > b! ? 1 : 0))

/** The shortest text that reads back as the same number: at most nine digits if it is a 32-bit float. */
function shortest(value: number): string {
  if (Math.fround(value) !== value) return String(value)
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return String(short)
  }
  return String(Number(value.toPrecision(9)))
}
