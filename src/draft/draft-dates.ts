import { unlessAtFault } from '../base/errors.js'
import { clockOf, dayLength, dayOf } from '../data/calendar.js'
import { distinctCells, hasNumber, type Column } from '../data/column.js'
import { compactDate, isCompact } from '../data/compact-dates.js'
import type { Table } from '../data/content.js'
import { weekdayOf, type DatePart } from '../data/date-parts.js'
import { timeText } from '../data/time-step.js'
import { timeNotationOf, timesOf, wallOf } from '../data/times.js'
import { unixNotationOf, unixUnits } from '../data/unix-dates.js'
import type { Choice, DataSection, Drafted } from './types.js'

/** The columns of dates that a draft found. */
export interface DraftedDates extends Drafted<Pick<DataSection, 'dates'>> {
  readonly names: ReadonlySet<string>
}

/** Finds the columns of dates, but for some columns, and the parts of each that may help. */
export function draftDates(table: Table, others: ReadonlySet<number>): DraftedDates {
  const dateColumns = table.names.flatMap((name, index) => {
    const columnDates = others.has(index) ? undefined : datesIn(table, index)
    return columnDates ? [{ name, ...columnDates }] : []
  })
  if (dateColumns.length === 0) return { section: {}, choices: [], names: new Set() }
  const dates = Object.fromEntries(dateColumns.map(({ name, parts }) => [name, [...parts]]))
  const [ordered] = dateColumns.filter(({ index }) => isInOrder(table, index))
  const split = ordered
    ? `; rows stand in the order of ${ordered.name}, and the test is on some between the others: with split: { by: time, column: ${ordered.name} } it is on the last ones`
    : ''
  const why = `dates become numbers: ${dateColumns.map(({ name, about }) => `${name} (${about})`).join(', ')}${split}`
  const choice: Choice = { key: ['data', 'dates'], why }
  return { section: { dates }, choices: [choice], names: new Set(dateColumns.map(({ name }) => name)) }
}

/** The parts of a column that vary, if all of its cells are dates, and there are several. */
function datesIn(table: Table, index: number) {
  const column = table.columns[index]!
  const times = hasNumber(column)
    ? (unixTimesIn(table.names[index]!, column) ?? compactTimesIn(table.names[index]!, column))
    : timesIn(table, index, column)
  if (times === undefined) return undefined
  const parts = partsOf(times)
  if (parts.length === 0) return undefined
  const [first, last] = [times[0]!, times.at(-1)!].map((time) => timeText(time, 'dates').slice(0, 10))
  return { index, parts, about: `${first} to ${last}: ${parts.join(', ')}` }
}

/** The distinct times of a column of dates, ascending. */
function timesIn(table: Table, index: number, column: Column): readonly number[] | undefined {
  const { texts } = distinctCells(column, column.cells.length)
  const isDate = (text: string | undefined) =>
    text !== undefined && (['dates', 'day-first', 'month-first'] as const).some((form) => wallOf(text, form))
  if (!isDate(texts[0])) return undefined
  // Undefined if nothing tells the day from the month.
  const notation = unlessAtFault(() => timeNotationOf(table, index))
  const times = notation === undefined ? [] : texts.flatMap((text) => wallOf(text, notation)?.wall ?? [])
  return times.length === texts.length ? times.sort((a, b) => a - b) : undefined
}

/** The name of a column of days since 1970, and that of one of seconds or milliseconds. */
const isDayName = (name: string): boolean =>
  /(^|[^a-z])(date|datum)($|[^a-z])/i.test(name) || /[a-z]Date$/.test(name)
const isMomentName = (name: string): boolean =>
  isDayName(name) ||
  /(^|[^a-z])(time|(time|zeit)[ _.-]?(stamp|stempel)|ts|at)($|[^a-z])/i.test(name) ||
  /[a-z](Time|At)$/.test(name)

/** The distinct times of a column of numbers that are dates by their size and their column's name. */
function unixTimesIn(name: string, column: Column): readonly number[] | undefined {
  const notation = unixNotationOf(column)
  if (notation === undefined) return undefined
  const isNamed = notation === 'unix-days' ? isDayName(name) : isMomentName(name)
  if (!isNamed) return undefined
  const { numbers } = distinctCells(column, column.cells.length)
  return numbers.map((value) => value * unixUnits[notation]).sort((a, b) => a - b)
}

/** So many different numbers are all days of the calendar by design, whatever their name is. */
const fewestDays = 10

/** Whether the numbers of a column are days of eight digits (20240105), for a draft: by its name, or many of them. */
export const areCompact = (name: string, column: Column): boolean =>
  hasNumber(column) &&
  isCompact(column) &&
  (isDayName(name) || distinctCells(column, fewestDays).numbers.length === fewestDays)

/** The distinct times of a column of days of eight digits. */
const compactTimesIn = (name: string, column: Column): readonly number[] | undefined =>
  areCompact(name, column)
    ? distinctCells(column, column.cells.length)
        .numbers.map(compactDate)
        .sort((a, b) => a - b)
    : undefined

/** The parts that vary. */
function partsOf(times: readonly number[]): DatePart[] {
  const count = (of: (time: number) => number) => new Set(times.map(of)).size
  const days = count((time) => Math.floor(time / dayLength))
  const monthOf = (time: number) => 12 * dayOf(time).year + dayOf(time).month
  const varies: Record<DatePart, boolean> = {
    year: count((time) => dayOf(time).year) > 1,
    month: count((time) => dayOf(time).month) > 1,
    // With a day for each month, its day of the week says nothing.
    weekday: count(weekdayOf) > 1 && days > count(monthOf),
    hour: count(clockOf) > 1,
    days: days > 1,
  }
  return (Object.keys(varies) as DatePart[]).filter((part) => varies[part])
}

/** Different dates from which on an order of rows is no chance, and the rows between two falls, on average. */
const [fewestOrdered, fewestBetweenFalls] = [20, 20]

/**
 * Whether rows stand in the order of a column of dates, by which they can be split: all of them, or those of each
 * machine, one after another.
 */
function isInOrder(table: Table, index: number): boolean {
  const times = unlessAtFault(() => timesOf(table, index).values)
  if (times === undefined || new Set(times).size < fewestOrdered) return false
  const falls = times.reduce((count, time, i) => count + (i > 0 && time < times[i - 1]! ? 1 : 0), 0)
  return falls * fewestBetweenFalls <= times.length
}
