import { InputError, quote } from '../base/errors.js'
import { countMissingCells, missingAt, textAt, valueAt } from './column.js'
import { whereIs, type Table } from './content.js'
import { exactInteger, keysFor } from './numbers.js'

/** An error about one cell: `FILE line 18, column "age": expected a number, got "abc"`. */
export function cellError(table: Table, row: number, column: number, what: string, hint = ''): InputError {
  const cell = textAt(table.columns[column]!, row)
  const got = cell === '' ? 'an empty cell' : quote(cell)
  const where = `${whereIs(table, row)}, column ${quote(table.names[column]!)}`
  return new InputError(`${where}: expected ${what}, got ${got}${hint}`)
}

/** Why a cell has no number that a model can read; undefined if it has one. */
export function numberFault(
  table: Table,
  row: number,
  column: number,
): 'none' | 'size' | 'digits' | undefined {
  const value = valueAt(table.columns[column]!, row)
  if (Number.isNaN(value)) return 'none'
  if (!Number.isFinite(Math.fround(value))) return 'size'
  const integer = Number.isSafeInteger(value) ? undefined : exactInteger(textAt(table.columns[column]!, row))
  // For a 64-bit float, programs write the shortest text that identifies it, which ends in zeros; that loses
  // nothing.
  return integer !== undefined && integer !== BigInt(value) && String(integer) !== String(value)
    ? 'digits'
    : undefined
}

/**
 * The number in a cell. Throws if there is none, if it is beyond the range of a 32-bit float, or if it is an
 * integer of so many digits that it is an identifier: as a number, it would lose its last digits and could
 * equal another one.
 */
export function numberAt(table: Table, row: number, column: number, hint = ''): number {
  const fault = numberFault(table, row, column)
  if (fault === undefined) return valueAt(table.columns[column]!, row)
  if (fault === 'size') throw cellError(table, row, column, 'a number below 3.4e38 in size')
  if (fault === 'digits')
    throw cellError(table, row, column, 'a number that keeps its digits (up to 2⁵³)', hint)
  const keys = keysFor(textAt(table.columns[column]!, row), table.names[column]!)
  const remedy = keys && `; ${keys.map((key) => `config.${key}`).join(' with ')} reads such numbers`
  throw cellError(table, row, column, 'a number', remedy ?? missingHint(table, row, column) ?? hint)
}

/** The remedy where a cell is no number in a column that is otherwise of numbers: it may mean a missing one. */
function missingHint(table: Table, row: number, column: number): string | undefined {
  const cells = table.columns[column]!
  const words = table.places.filter((_, i) => Number.isNaN(valueAt(cells, i)) && !missingAt(cells, i)).length
  const numbers = table.places.length - words - countMissingCells(cells)
  // One word beside one number tells nothing.
  if (numbers <= words) return undefined
  const [name, word] = [table.names[column]!, textAt(cells, row)].map((text) => JSON.stringify(text))
  return `; where that means a missing cell, set config.data.missingValues: {${name!}: [${word!}]}`
}

/** The first missing cell in any of some columns; undefined if there is none. */
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
