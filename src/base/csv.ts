/**
 * What spreadsheets take for the beginning of a formula, full-width forms as well; behind apostrophes, too, so that
 * taking one away again gives every text back.
 */
const formula = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/

/**
 * A cell of a CSV file. A text that a spreadsheet would run as a formula has a `'` before it and stands in quotes; numbers
 * are as they are.
 */
export function csvCell(value: string | number): string {
  const text = String(value)
  const runs = formula.test(text) && !isNumber(text)
  const safe = runs ? `'${text}` : text
  return runs || /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Numbers run nothing: a class may be called -1. */
const isNumber = (text: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)
