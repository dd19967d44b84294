import { InputError, quote } from '../base/errors.js'
import { missingAt, textAt, valueAt } from './column.js'
import { whereIs, type Table } from './content.js'
import { exactInteger, keysFor } from './numbers.js'

/** An error about one cell: `FILE line 18, column "age": expected a number, got "abc"`. */
export function cellError(table: Table, row: number, column: number, what: string, hint = ''): InputError {
  const cell = textAt(table.columns[column]!, row)
  const got = cell === '' ? 'an empty cell' : quote(cell)
  const where = `${whereIs(table, row)}, column ${quote(table.names[column]!)}`
  return new InputError(`${where}: expected ${what}, got ${got}${hint}`)
}

/**
 * The number in a cell; throws where there is none, none that a 32-bit float can hold, or an integer so long that it is
 * rather a name: a number would lose its last digits, and be that of another.
 */
export function numberAt(table: Table, row: number, column: number, hint = ''): number {
  const value = valueAt(table.columns[column]!, row)
  if (Number.isNaN(value)) {
    const keys = keysFor(textAt(table.columns[column]!, row), table.names[column]!)
    const remedy = keys && `; ${keys.map((key) => `config.${key}`).join(' with ')} reads such numbers`
    throw cellError(table, row, column, 'a number', remedy ?? hint)
  }
  if (!Number.isFinite(Math.fround(value)))
    throw cellError(table, row, column, 'a number below 3.4e38 in size')
  const integer = Number.isSafeInteger(value) ? undefined : exactInteger(textAt(table.columns[column]!, row))
  // What a program writes for a number of 64 bits is the shortest text of it, whose last digits are zeros.
  if (integer !== undefined && integer !== BigInt(value) && String(integer) !== String(value))
    throw cellError(table, row, column, 'a number that keeps its digits (up to 2⁵³)', hint)
  return value
}

/** The first row whose cell of one of some columns is missing; undefined where none is. */
export function firstMissing(
  table: Table,
  columns: readonly number[],
): { readonly row: number; readonly column: number } | undefined {
  for (const column of columns) {
    const cells = table.columns[column]!
    if (cells.texts.length === 0) continue
    const row = table.places.findIndex((_, i) => missingAt(cells, i))
    if (row >= 0) return { row, column }
  }
  return undefined
}
