import { cellError } from './cells.js'
import { dayOf } from './calendar.js'
import { missingAt, textAt, valueAt } from './column.js'
import { compactDate } from './compact-dates.js'
import type { Table } from './content.js'
import { monthOf } from './month-names.js'

/** How the times of a column may be written. */
export const timeNotations = ['numbers', 'dates', 'day-first', 'month-first', 'compact'] as const

/**
 * What the times of a column are: plain numbers; dates, with the day or the month first where it matters; or `compact`,
 * dates that are numbers of eight digits (20240105).
 */
export type TimeNotation = (typeof timeNotations)[number]

/** A column of times: a number for each row, milliseconds since 1970 for dates. */
export interface Times {
  readonly notation: TimeNotation
  readonly values: Float64Array
}

const clock = String.raw`(?:[T ,]+(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:\s*([ap])\.?m\.?)?\s*(Z|[-+]\d\d:?\d\d)?)?`
const yearFirst = new RegExp(String.raw`^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})${clock}$`, 'i')
const yearAndMonth = /^(\d{4})-(\d\d)$/
const yearLast = new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})${clock}$`, 'i')
// Dashes may stand behind a year of two digits as well as before it.
const shortYear = new RegExp(
  String.raw`^(?:(?=\d\d\.\d\d\.)(\d\d)(\.)(\d\d)\.|(\d{1,2})(/)(\d{1,2})/)(\d\d)${clock}$`,
  'i',
)
const month = String.raw`(\p{L}{3,9})\.?`
const dayAndName = new RegExp(String.raw`^(\d{1,2})[-./ ]\s?${month}[-./, ]\s?(\d{4}|\d\d)${clock}$`, 'iu')
const nameAndDay = new RegExp(String.raw`^${month}[- ](\d{1,2})(?:,| |-)\s?(\d{4})${clock}$`, 'iu')

/**
 * The times in a column. Dates are ISO (`2026-03-01T06:00`, also with a space, slashes or points, or `2026-03`), have the
 * year last (`01.03.2026 06:00`, `01.03.26`, `3/14/2026 6:00 PM`), or name their month (`05-Jan-2024`). Points mean that
 * the day is first; with slashes or dashes, some cell must tell (a number above 12), unless `known` says it. Without a
 * zone, UTC is used, so that the machine's own zone decides nothing. Throws an InputError at the first cell that is no
 * such time.
 */
export function timesOf(table: Table, index: number, known?: TimeNotation): Times {
  const column = table.columns[index]!
  const wanted = 'a time: a number, an ISO date such as 2026-03-01 06:00, 01.03.2026 06:00, or 01-Mar-2026'
  const empty = table.places.findIndex((_, row) => missingAt(column, row))
  if (empty >= 0) throw cellError(table, empty, index, wanted)
  const numbers = Float64Array.from(table.places, (_, row) => valueAt(column, row))
  const plain = !numbers.some(Number.isNaN)
  if (known === 'numbers' || (known === undefined && plain)) {
    const odd = numbers.findIndex((value) => !Number.isFinite(value))
    if (odd >= 0) throw cellError(table, odd, index, 'a number, as the times are in training')
    return { notation: 'numbers', values: numbers }
  }
  const isCompact = known === 'compact'
  const notation = known ?? timeNotationOf(table, index)
  const values = isCompact
    ? numbers.map(compactDate)
    : Float64Array.from(table.places, (_, row) => dateOf(textAt(column, row), notation))
  const odd = values.findIndex(Number.isNaN)
  if (odd >= 0) throw cellError(table, odd, index, isCompact ? 'a day of eight digits, as 20260301' : wanted)
  return { notation, values }
}

/** Which of the two numbers before the year is the day; throws if no cell tells. */
export function timeNotationOf(table: Table, index: number): TimeNotation {
  let unclear: number | undefined
  for (const row of table.places.keys()) {
    const match = dayMonthYear(textAt(table.columns[index]!, row).trim())
    if (match === undefined) continue
    if (match.sign === '.' || Number(match.first) > 12) return 'day-first'
    if (Number(match.second) > 12) return 'month-first'
    unclear ??= row
  }
  if (unclear === undefined) return 'dates'
  const remedy =
    '; write it as 2026-03-01, or with points (01.03.2026, the day first), or say it of data.time in data.timeNotation'
  throw cellError(table, unclear, index, 'a date whose day can be told from its month', remedy)
}

/** A date in milliseconds since 1970; NaN for other texts and for days that do not exist. */
function dateOf(cell: string, notation: TimeNotation): number {
  const { wall, zone } = wallOf(cell, notation) ?? { wall: NaN, zone: 'Z' }
  return wall - offsetOf(zone)
}

/** A date whose two numbers before the year are day and month, or month and day, and what its clock shows. */
function dayMonthYear(text: string) {
  const long = yearLast.exec(text)
  if (long !== null)
    return { first: long[1]!, sign: long[2]!, second: long[3]!, year: long[4]!, clock: long.slice(5) }
  const short = shortYear.exec(text)
  if (short === null) return undefined
  const [, day, point, month, one, slash, other, year, ...rest] = short
  return { first: day ?? one!, sign: point ?? slash!, second: month ?? other!, year: year!, clock: rest }
}

/** Year, month and day of a date as they are written, and its clock; undefined for other texts. */
function partsOf(text: string, notation: TimeNotation) {
  const iso = yearFirst.exec(text)
  if (iso) return { day: [iso[1]!, iso[3]!, iso[4]!] as const, clock: iso.slice(5) }
  const monthly = yearAndMonth.exec(text)
  if (monthly) return { day: [monthly[1]!, monthly[2]!, '1'] as const, clock: [] }
  const named = dayAndName.exec(text) ?? nameAndDay.exec(text)
  if (named) {
    const [, first, second, year, ...rest] = named
    const [day, name] = /^\d/.test(first!) ? [first!, second!] : [second!, first!]
    return { day: [year!, String(monthOf(name) ?? 0), day] as const, clock: rest }
  }
  const dateParts = dayMonthYear(text)
  // Where all dates of training were ISO, nothing tells the day of 05/06/2026 from its month, or the year of 24.01.05.
  if (!dateParts || (notation === 'dates' && (dateParts.sign !== '.' || dateParts.year.length < 4)))
    return undefined
  const { first, second, year, sign } = dateParts
  const day = notation === 'month-first' && sign !== '.' ? [year, first, second] : [year, second, first]
  return { day: day as [string, string, string], clock: dateParts.clock }
}

/**
 * What calendar and clock show at a date, in milliseconds since 1970, and its zone, which they do not heed;
 * undefined for other texts and for days that do not exist.
 */
export function wallOf(cell: string, notation: TimeNotation): { wall: number; zone: string } | undefined {
  const parts = partsOf(cell.trim(), notation)
  if (parts === undefined) return undefined
  const [year, month, day] = [yearOf(parts.day[0]), Number(parts.day[1]), Number(parts.day[2])]
  const [shown = '0', minute = '0', second = '0', part = '', half, zone = 'Z'] = parts.clock
  const hour = hourOf(Number(shown), half)
  const midnight = Date.UTC(year, month - 1, day)
  const calendarDay = dayOf(midnight)
  const exists =
    calendarDay.day === day &&
    calendarDay.month === month &&
    hour < 24 &&
    Number(minute) < 60 &&
    Number(second) < 60
  if (!exists) return undefined
  const thousandths = part === '' ? 0 : Number(`0.${part}`) * 1000
  const seconds = (hour * 60 + Number(minute)) * 60 + Number(second)
  return { wall: midnight + seconds * 1000 + thousandths, zone }
}

/** A year as it is written; of two digits, those up to 68 are of this century, as POSIX has it. */
const yearOf = (text: string): number =>
  text.length > 2 ? Number(text) : Number(text) + (Number(text) > 68 ? 1900 : 2000)

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
