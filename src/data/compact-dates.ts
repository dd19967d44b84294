import { dayOf } from './calendar.js'
import { missingAt, valueAt, type Column } from './column.js'

/** The years of dates that are numbers of eight digits. */
const [earliest, latest] = [1900, 2100]

/** The midnight, in milliseconds since 1970, of a number such as 20240105; NaN for any that is no such day. */
export function compactDate(value: number): number {
  const [year, month, day] = [Math.floor(value / 10_000), Math.floor(value / 100) % 100, value % 100]
  if (!Number.isInteger(value) || !(year >= earliest && year <= latest)) return NaN
  const midnight = Date.UTC(year, month - 1, day)
  const calendarDay = dayOf(midnight)
  return calendarDay.month === month && calendarDay.day === day ? midnight : NaN
}

/** Whether all numbers of a column are days such as 20240105, and there is one. */
export function isCompact(column: Column): boolean {
  const values = Array.from(column.cells, (_, row) => row).flatMap((row) =>
    missingAt(column, row) ? [] : [valueAt(column, row)],
  )
  return values.length > 0 && !values.some((value) => Number.isNaN(compactDate(value)))
}
