import { quote } from '../base/errors.js'
import { cellError } from './cells.js'
import { hasNumber, isMissing, numbersAsTexts, readTexts, valueAt } from './column.js'
import type { Table } from './content.js'
import { toPlain, withUnit, type NumberForm } from './numbers.js'

/**
 * Reads `$3.00`, `12%` or `5 kg` as 3, 12 and 5 in some columns (`data.numeric`). All cells of a column must
 * have the same unit, which is `known` if a model was trained with it. Throws for any other cell that is not
 * missing; a `lenient` reading takes it as a text.
 */
export function withoutUnits(
  table: Table,
  columns: readonly number[],
  form: NumberForm,
  known: ReadonlyMap<number, string> = new Map(),
  lenient = false,
): Table {
  if (columns.length === 0) return table
  const plain = toPlain(form)
  const read = (column: number) => {
    let cells = table.columns[column]!
    let unit = known.get(column)
    const fail = (row: number) => {
      const wanted =
        unit === undefined
          ? 'a number with a unit'
          : unit === ''
            ? 'a number'
            : `a number with the unit ${quote(unit)}`
      return cellError(table, row, column, wanted, '; all cells of such a column have one unit')
    }
    const bare = hasNumber(cells)
      ? table.places.findIndex((_, row) => !Number.isNaN(valueAt(cells, row)))
      : -1
    if (bare >= 0 && unit) {
      if (!lenient) throw fail(bare)
      cells = numbersAsTexts(cells)
    } else if (bare >= 0) unit = ''
    const numbers = readTexts(cells, (text, row) => {
      if (isMissing(text)) return NaN
      const parts = withUnit(text)
      const number = parts && plain(parts.number)
      if (number !== undefined && parts!.unit === (unit ??= parts!.unit)) return Number(number)
      if (!lenient) throw fail(row)
      return NaN
    })
    return { ...numbers, unit: unit ?? '' }
  }
  const chosen = new Set(columns)
  return {
    ...table,
    columns: table.columns.map((cells, column) => (chosen.has(column) ? read(column) : cells)),
  }
}
