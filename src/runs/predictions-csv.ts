import type { Predictions } from './predict-file.js'

/**
 * Predictions as CSV: where each row stands, then class and probabilities, or the values. A text that a spreadsheet would
 * run as a formula has a `'` before it and stands in quotes; numbers are as they are.
 */
export function predictionsCsv({ names, values, classes, unit, places }: Predictions): string {
  const columns = classes ? ['predicted', ...names.map((name) => `probability ${name}`)] : names
  const rows = values.map((own, row) => [
    ...[places[row]!, ...(classes ? [classes[row]!] : [])].map(cell),
    ...own.map(shortest),
  ])
  return [[unit, ...columns].map(cell), ...rows].map((row) => `${row.join(',')}\n`).join('')
}

/**
 * What spreadsheets take for the beginning of a formula, full-width forms as well; behind apostrophes, too, so that
 * taking one away again gives every text back.
 */
const formula = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/

function cell(value: string | number): string {
  const text = String(value)
  const runs = formula.test(text) && !isNumber(text)
  const safe = runs ? `'${text}` : text
  return runs || /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Numbers run nothing: a class may be called -1. */
const isNumber = (text: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)

/** A number in the fewest digits that tell it from the others of its kind: nine at most where 32 bits hold it. */
function shortest(value: number): string {
  if (Math.fround(value) !== value) return String(value)
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return String(short)
  }
  return String(Number(value.toPrecision(9)))
}
