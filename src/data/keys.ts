import { InputError } from '../base/errors.js'
import type { Config } from '../config/config-schema.js'
import { cellError } from './cells.js'
import { missingAt, textAt, valueAt } from './column.js'
import { columnIndex } from './columns.js'
import { selectRows, whereIs, type Table } from './content.js'
import { timesOf } from './times.js'

type Split = Config['split']
type Key = string | number

/** The column by which a split is made, as one key per row (times as numbers); undefined if it names none. */
export function readKeys(
  table: Table,
  { by, column: named }: Pick<Split, 'by' | 'column'>,
): Key[] | undefined {
  if (named === undefined) return undefined
  const index = columnIndex(table, named, 'config.split.column')
  const column = table.columns[index]!
  const cells = table.places.map((_, row) => {
    if (missingAt(column, row)) throw cellError(table, row, index, `a ${by === 'time' ? 'time' : 'group'}`)
    return textAt(column, row).trim()
  })
  if (by !== 'time') return cells
  const times = cells.map((cell, row) => {
    const value = valueAt(column, row)
    return Number.isNaN(value) ? isoTime(cell) : value
  })
  return times.includes(undefined) ? [...timesOf(table, index).values] : (times as number[])
}

/** An ISO date, or month, in milliseconds; undefined for other notations, of which the whole column must tell. */
function isoTime(cell: string): number | undefined {
  const match = /^(\d{4}-\d\d(?:-\d\d)?)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[-+]\d\d:\d\d)?)?$/.exec(
    cell,
  )
  if (match === null) return undefined
  const [, day, time, zone = 'Z'] = match
  // Without a time zone, UTC is used: the machine's own zone must not decide the order of rows.
  const value = Date.parse(time === undefined ? day! : `${day!}T${time}${zone}`)
  return Number.isNaN(value) ? undefined : value
}

/**
 * Orders the steps of a series: by time, or each group's steps together. Without keys, their order is kept.
 */
export function inTimeOrder(table: Table, keys: readonly Key[] | undefined, by: Split['by']): Table {
  if (keys === undefined) return table
  const order = table.places.map((_, row) => row)
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
