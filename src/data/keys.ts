import { InputError } from '../base/errors.js'
import type { Config } from '../config/config-schema.js'
import { cellError, isMissing, isNumeric } from './cells.js'
import { columnIndex } from './columns.js'
import { selectRows, whereIs, type Table } from './content.js'

type Split = Config['split']
type Key = string | number

/** The column that a split goes by, one key a row (times as numbers); undefined where it names none. */
export function readKeys(table: Table, { by, column }: Pick<Split, 'by' | 'column'>): Key[] | undefined {
  if (column === undefined) return undefined
  const index = columnIndex(table, column, 'config.split.column')
  return table.rows.map((cells, row) => {
    const cell = cells[index]!.trim()
    if (isMissing(cell)) throw cellError(table, row, index, `a ${by === 'time' ? 'time' : 'group'}`)
    if (by !== 'time') return cell
    const time = timeOf(cell)
    if (time === undefined) throw cellError(table, row, index, 'a number or an ISO date')
    return time
  })
}

/** A number as it is, an ISO date in milliseconds; other notations of dates are ambiguous. */
function timeOf(cell: string): number | undefined {
  if (isNumeric(cell)) return Number(cell)
  const match = /^(\d{4}-\d\d(?:-\d\d)?)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[-+]\d\d:\d\d)?)?$/.exec(
    cell,
  )
  if (match === null) return undefined
  const [, day, time, zone = 'Z'] = match
  // Without a zone the machine's own would decide, and one row order may not depend on it.
  const value = Date.parse(time === undefined ? day! : `${day!}T${time}${zone}`)
  return Number.isNaN(value) ? undefined : value
}

/** The time steps of a series in order: by time, or each group's steps together, else as they stand. */
export function inTimeOrder(table: Table, keys: readonly Key[] | undefined, by: Split['by']): Table {
  if (keys === undefined) return table
  const order = table.rows.map((_, row) => row)
  if (by !== 'time') {
    const first = new Map<Key, number>()
    keys.forEach((key, row) => first.has(key) || first.set(key, row))
    return selectRows(
      table,
      order.sort((a, b) => first.get(keys[a]!)! - first.get(keys[b]!)! || a - b),
    )
  }
  order.sort((a, b) => Number(keys[a]) - Number(keys[b]) || a - b)
  const twice = order.find((row, i) => i > 0 && keys[row] === keys[order[i - 1]!])
  if (twice === undefined) return selectRows(table, order)
  throw new InputError(
    `${whereIs(table, twice)}: expected one row for each time of a series, got a second one for the same time`,
  )
}
