import { cellError } from './cells.js'
import { dayOf } from './calendar.js'
import { missingAt, textAt, valueAt } from './column.js'
import type { Table } from './content.js'

/** What the times of a column are: plain numbers, or dates with the day or the month first where it matters. */
export type TimeNotation = 'numbers' | 'dates' | 'day-first' | 'month-first'

/** A column of times: a number for each row, milliseconds since 1970 for dates. */
export interface Times {
  readonly notation: TimeNotation
  readonly values: Float64Array
}

const clock = String.raw`(?:[T ,]+(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:\s*([ap])\.?m\.?)?\s*(Z|[-+]\d\d:?\d\d)?)?`
const yearFirst = new RegExp(String.raw`^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})${clock}$`, 'i')
const yearLast = new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})${clock}$`, 'i')

/**
 * The times in a column. Dates are ISO (`2026-03-01T06:00`, also with a space, slashes or points) or have the
 * year last (`01.03.2026 06:00`, `3/14/2026 6:00 PM`). Points mean that the day is first; with slashes or dashes, some cell must
 * tell (a number above 12), unless `known` says it. Without a zone, UTC is used, so that the machine's own
 * zone decides nothing. Throws an InputError at the first cell that is no such time.
 */
export function timesOf(table: Table, index: number, known?: TimeNotation): Times {
  const column = table.columns[index]!
  const wanted = 'a time: a number, an ISO date such as 2026-03-01 06:00, or 01.03.2026 06:00'
  const empty = table.places.findIndex((_, row) => missingAt(column, row))
  if (empty >= 0) throw cellError(table, empty, index, wanted)
  const numbers = Float64Array.from(table.places, (_, row) => valueAt(column, row))
  const plain = !numbers.some(Number.isNaN)
  if (known === 'numbers' || (known === undefined && plain)) {
    const odd = numbers.findIndex((value) => !Number.isFinite(value))
    if (odd >= 0) throw cellError(table, odd, index, 'a number, as the times are in training')
    return { notation: 'numbers', values: numbers }
  }
  const notation = known ?? notationOf(table, index)
  const values = Float64Array.from(table.places, (_, row) => dateOf(textAt(column, row), notation))
  const odd = values.findIndex(Number.isNaN)
  if (odd >= 0) throw cellError(table, odd, index, wanted)
  return { notation, values }
}

/** Which of the two numbers before the year is the day; throws if no cell tells. */
export function notationOf(table: Table, index: number): TimeNotation {
  let unclear: number | undefined
  for (const row of table.places.keys()) {
    const match = yearLast.exec(textAt(table.columns[index]!, row).trim())
    if (match === null) continue
    if (match[2] === '.' || Number(match[1]) > 12) return 'day-first'
    if (Number(match[3]) > 12) return 'month-first'
    unclear ??= row
  }
  if (unclear === undefined) return 'dates'
  const remedy = '; write it as 2026-03-01, or with points (01.03.2026, the day first)'
  throw cellError(table, unclear, index, 'a date whose day can be told from its month', remedy)
}

/** A date in milliseconds since 1970; NaN for other texts and for days that do not exist. */
function dateOf(cell: string, notation: TimeNotation): number {
  const { wall, zone } = wallOf(cell, notation) ?? { wall: NaN, zone: 'Z' }
  return wall - offsetOf(zone)
}

/**
 * What calendar and clock show at a date, in milliseconds since 1970, and its zone, which they do not heed;
 * undefined for other texts and for days that do not exist.
 */
export function wallOf(cell: string, notation: TimeNotation): { wall: number; zone: string } | undefined {
  const text = cell.trim()
  const iso = yearFirst.exec(text)
  const match = iso ?? yearLast.exec(text)
  if (match === null) return undefined
  // Where all dates of training were ISO, nothing tells the day of 05/06/2026 from its month.
  if (!iso && notation === 'dates' && match[2] !== '.') return undefined
  const [year, month, day] = iso
    ? [match[1], match[3], match[4]]
    : notation === 'month-first' && match[2] !== '.'
      ? [match[4], match[1], match[3]]
      : [match[4], match[3], match[1]]
  const [, , , , , shown = '0', minute = '0', second = '0', part = '', half, zone = 'Z'] = match
  const hour = hourOf(Number(shown), half)
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day))
  const found = dayOf(midnight)
  const exists =
    found.day === Number(day) &&
    found.month === Number(month) &&
    hour < 24 &&
    Number(minute) < 60 &&
    Number(second) < 60
  if (!exists) return undefined
  const thousandths = part === '' ? 0 : Number(`0.${part}`) * 1000
  const seconds = (hour * 60 + Number(minute)) * 60 + Number(second)
  return { wall: midnight + seconds * 1000 + thousandths, zone }
}

/** The hour of the day, from 0 to 23; NaN where a clock of twelve hours has no such hour. */
function hourOf(shown: number, half: string | undefined): number {
  if (half === undefined) return shown
  if (shown < 1 || shown > 12) return NaN
  return (shown % 12) + (half.toLowerCase() === 'p' ? 12 : 0)
}

/** A zone's distance from UTC in milliseconds. */
function offsetOf(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0
  const digits = zone.slice(1).replace(':', '')
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return (zone.startsWith('-') ? -1 : 1) * minutes * 60_000
}
