import { InputError } from '../base/errors.js'
import { whereIs, type Table } from './content.js'

const MISSING = new Set(['', 'na', 'nan', '?', 'null'])
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/

/** Whether a cell holds no value: empty, NA, NaN, ? or null, in upper or lower case. */
export const isMissing = (cell: string): boolean => MISSING.has(cell.trim().toLowerCase())

/** Whether a cell is a decimal number, with or without an exponent. */
export const isNumeric = (cell: string): boolean => NUMBER.test(cell.trim())

/** The cell's label as a category or class; `1.0` and `1` are one, but codes such as `007` stay. */
export function labelOf(cell: string): string {
  const text = cell.trim()
  if (!isNumeric(text) || /^[-+]?0\d/.test(text)) return text
  return String(exactInteger(text) ?? Number(text) + 0)
}

/** The integer that a numeric cell writes out in digits, where a number might not keep them: beyond 2⁵³. */
function exactInteger(text: string): bigint | undefined {
  if (Math.abs(Number(text)) <= Number.MAX_SAFE_INTEGER) return undefined
  const digits = /^[-+]?\d+(?=\.?0*$)/.exec(text)?.[0]
  return digits === undefined ? undefined : BigInt(digits.replace('+', ''))
}

/** Distinct labels in order: by value where all are numbers, else by character code. */
export function sortedLabels(labels: Iterable<string>): string[] {
  const unique = [...new Set(labels)]
  return unique.every(isNumeric)
    ? unique.sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1))
    : unique.sort()
}

/** An error about one cell: `FILE line 18, column "age": expected a number, got "abc"`. */
export function cellError(table: Table, row: number, column: number, what: string, hint = ''): InputError {
  const cell = table.rows[row]![column]!
  const got = cell === '' ? 'an empty cell' : JSON.stringify(cell)
  const where = `${whereIs(table, row)}, column "${table.names[column]!}"`
  return new InputError(`${where}: expected ${what}, got ${got}${hint}`)
}

/**
 * The number in a cell; throws where there is none, none that a 32-bit float can hold, or an integer so long that it is
 * rather a name: a number would lose its last digits, and be that of another.
 */
export function numberAt(table: Table, row: number, column: number, hint = ''): number {
  const cell = table.rows[row]![column]!
  if (!isNumeric(cell)) throw cellError(table, row, column, 'a number', hint)
  const value = Number(cell)
  if (!Number.isFinite(Math.fround(value)))
    throw cellError(table, row, column, 'a number below 3.4e38 in size')
  const integer = exactInteger(cell.trim())
  // What a program writes for a number of 64 bits is the shortest text of it, whose last digits are zeros.
  if (integer !== undefined && integer !== BigInt(value) && String(integer) !== String(value))
    throw cellError(table, row, column, 'a number that keeps its digits (up to 2⁵³)', hint)
  // −0 and 0 are one value, also where rows are compared by their bytes.
  return value + 0
}
