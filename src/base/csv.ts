/**
 * Matches what spreadsheets take for the beginning of a formula, including full-width forms. It also matches
 * after apostrophes, so that removing one of them restores every text.
 */
const formula = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/

/**
 * A cell of a CSV file. A text that a spreadsheet would run as a formula gets a leading `'` and quotes;
 * numbers are unchanged.
 */
export function csvCell(value: string | number): string {
  const text = String(value)
  const runs = formula.test(text) && !isNumber(text)
  const safe = runs ? `'${text}` : text
  return runs || /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Numbers are never formulas: a class may be called -1. */
const isNumber = (text: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)
