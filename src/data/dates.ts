import { InputError } from '../base/errors.js'
import { cellError } from './cells.js'
import { dayLength } from './calendar.js'
import { hasNumber, isMissing, missingAt, numbersAsTexts, readTexts, valueAt, type Column } from './column.js'
import { compactDate, isCompact } from './compact-dates.js'
import type { Table } from './content.js'
import { numbersOfPart, type DateFeature, type DateNotation, type DatePart } from './date-parts.js'
import { timeText } from './time-step.js'
import { timeNotationOf, wallOf } from './times.js'
import { unixNotationOf, unixUnits } from './unix-dates.js'
import type { Encoding } from './types.js'

type EncodedColumn = Encoding['columns'][number]

/** The column of a file from which an encoded column is read. */
export const sourceOf = ({ name, date }: EncodedColumn): string => date?.column ?? name

/** The files' columns from which encoded columns are read, each once. */
export const sourcesOf = (columns: readonly EncodedColumn[]): string[] => [...new Set(columns.map(sourceOf))]

/** What calendar and clock show in each row of a column of dates; NaN where there is no date. */
export function datesAt(column: Column, notation: DateNotation): (row: number) => number {
  if (isUnix(notation)) {
    const unit = unixUnits[notation]
    return (row) => valueAt(column, row) * unit
  }
  if (notation === 'compact') return (row) => compactDate(valueAt(column, row))
  const texts = hasNumber(column) ? numbersAsTexts(column) : column
  const read = readTexts(texts, (text) => (isMissing(text) ? NaN : (wallOf(text, notation)?.wall ?? NaN)))
  return (row) => valueAt(read, row)
}

const isUnix = (notation: DateNotation): notation is keyof typeof unixUnits => notation in unixUnits

/** How the dates of a column are written. Throws where nothing tells the day from the month. */
export function dateNotationOf(table: Table, at: number): DateNotation {
  const column = table.columns[at]!
  const counted = hasNumber(column)
    ? (unixNotationOf(column) ?? (isCompact(column) ? 'compact' : undefined))
    : undefined
  return counted ?? (timeNotationOf(table, at) as DateNotation)
}

/** An encoded column that is computed from dates, and the index of their column in the table. */
export interface FittedDate {
  readonly at: number
  readonly encoded: EncodedColumn
}

export interface FitDatesOptions {
  /** The policy for missing cells. */
  readonly missing: string
  /** The rows of training: those before it. */
  readonly until: number
}

/**
 * Decides the numbers that are computed from columns of dates. Days count from the first day of the training
 * rows. Throws for a cell that is no date.
 */
export function fitDates(
  table: Table,
  dates: ReadonlyMap<number, readonly DatePart[]>,
  { missing, until }: FitDatesOptions,
): FittedDate[] {
  return [...dates].flatMap(([at, parts]) => {
    const column = table.names[at]!
    const notation = dateNotationOf(table, at)
    const { from, gaps } = firstDay(table, at, notation, until)
    const indicator = missing === 'indicator' && gaps
    return parts.flatMap(numbersOfPart).map((part, i): FittedDate => {
      const date: DateFeature = { column, part, notation, ...(part === 'days' && { from }) }
      const name = freeName(table.names, `${column} ${part}`)
      return { at, encoded: { name, date, ...(indicator && i === 0 && { indicator }) } }
    })
  })
}

/** A name that no column of the file has. */
const freeName = (names: readonly string[], name: string): string =>
  names.includes(name) ? freeName(names, `${name} of the date`) : name

/** The first day of the training rows, and whether any cell is missing. */
function firstDay(table: Table, at: number, notation: DateNotation, until: number) {
  const column = table.columns[at]!
  const time = datesAt(column, notation)
  let first = Infinity
  let gaps = false
  for (const row of table.places.keys()) {
    if (missingAt(column, row)) gaps = true
    else if (Number.isNaN(time(row))) throw noDate(table, row, at)
    else if (row < until) first = Math.min(first, time(row))
  }
  if (first === Infinity)
    throw new InputError(
      `${table.name}, column ${JSON.stringify(table.names[at])}: expected dates, got only missing cells; leave it out of config.data.dates and drop it with config.data.drop`,
    )
  const midnight = Math.floor(first / dayLength) * dayLength
  return { from: timeText(midnight, 'dates').slice(0, 'yyyy-mm-dd'.length), gaps }
}

/** The error of a cell that holds no date. */
export const noDate = (table: Table, row: number, column: number): InputError =>
  cellError(
    table,
    row,
    column,
    'a date such as 2026-03-01 06:00, 01.03.2026 06:00, or 01-Mar-2026',
    '; where that means a missing cell, name it in config.data.missingValues; otherwise take the column out of config.data.dates',
  )
