import { InputError } from '../base/errors.js'
import { hasNumber, missingAt, textAt } from '../data/column.js'
import type { Table } from '../data/content.js'
import { orderSeries } from '../data/several-series.js'
import { timesOf } from '../data/times.js'
import type { Choice, DataSection, Drafted } from './types.js'

/** What tells the series of a file apart and orders their rows, and the table without these columns. */
export interface DraftedSeries extends Drafted<Pick<DataSection, 'seriesBy' | 'time'>> {
  readonly table: Table
  /** The rows of a series, by the median of all. */
  readonly steps: number
}

/**
 * Finds the column of times and, where times repeat, the column that names the series: the one of the fewest
 * names in which no time repeats. Nothing is found in a file without dates, and no time where the steps between rows
 * differ. Throws if times repeat and no column
 * tells whose they are: windows would go over several machines.
 */
export function draftSeries(table: Table, targets: readonly string[]): DraftedSeries {
  const whole = { section: {}, choices: [], table, steps: table.places.length }
  const found = table.names.flatMap((name, index) =>
    targets.includes(name) ? [] : (datesIn(table, index) ?? []),
  )
  const [dates] = found
  if (dates === undefined) return whole
  const time = table.names[dates.index]!
  const why = 'its cells are dates; windows end where a step is missing'
  const ordering: Choice[] = [{ key: ['data', 'time'], why }]
  if (new Set(dates.values).size === table.places.length) {
    if (isUneven(table, [], time)) return whole
    return { ...whole, section: { time }, choices: ordering, table: without(table, [dates.index]) }
  }
  const named = table.names
    .flatMap((name, index) =>
      index === dates.index || targets.includes(name) ? [] : (seriesIn(table, index, dates.values) ?? []),
    )
    .sort((a, b) => a.sizes.length - b.sizes.length)[0]
  if (named === undefined)
    throw new InputError(
      `${table.name}, column ${JSON.stringify(time)}: expected a time for each row, or a column that names the series of rows with the same time, got times that repeat and no such column; name columns in data.seriesBy of a configuration, or drop duplicate rows`,
    )
  const seriesBy = table.names[named.index]!
  const several = `it names ${named.sizes.length} series: in each, a time stands once`
  const isOrdered = isUneven(table, [seriesBy], time)
  return {
    section: { seriesBy, ...(!isOrdered && { time }) },
    choices: [{ key: ['data', 'seriesBy'], why: several }, ...(isOrdered ? [] : ordering)],
    table: without(table, isOrdered ? [named.index] : [dates.index, named.index]),
    steps: named.sizes.sort((a, b) => a - b)[Math.floor(named.sizes.length / 2)]!,
  }
}

/** The fewest rows between two gaps, on average, of a series whose times are those of steps. */
const fewestBetweenGaps = 24

/**
 * Whether times stand in order and yet have so many gaps that hardly a window lies between two, as those of working
 * days. Then each row is a step.
 */
function isUneven(table: Table, seriesBy: readonly string[], time: string): boolean {
  const { gaps, table: ordered } = orderSeries(table, { seriesBy, time, every: undefined })
  if (gaps * fewestBetweenGaps <= table.places.length) return false
  const { table: asIs } = orderSeries(table, { seriesBy, time: undefined, every: undefined })
  return asIs.places.every((place, row) => place === ordered.places[row])
}

/** The times of a column whose cells are all dates; undefined for any other. */
function datesIn(table: Table, index: number) {
  if (hasNumber(table.columns[index]!)) return undefined
  try {
    return { index, values: timesOf(table, index).values }
  } catch (error) {
    if (error instanceof InputError) return undefined
    throw error
  }
}

/** The sizes of the series that a column names; undefined if it names none, or one has a time twice. */
function seriesIn(table: Table, index: number, times: Float64Array) {
  const column = table.columns[index]!
  const seen = new Map<string, Set<number>>()
  for (const row of table.places.keys()) {
    if (missingAt(column, row)) return undefined
    const name = textAt(column, row).trim()
    const own = seen.get(name) ?? new Set()
    if (own.has(times[row]!)) return undefined
    seen.set(name, own.add(times[row]!))
  }
  const sizes = [...seen.values()].map(({ size }) => size)
  // Measurements are hardly ever equal: they would name a series for each row.
  return 2 * sizes.length > table.places.length ? undefined : { index, sizes }
}

const without = (table: Table, gone: readonly number[]): Table => {
  const kept = table.names.map((_, index) => index).filter((index) => !gone.includes(index))
  return {
    ...table,
    names: kept.map((index) => table.names[index]!),
    columns: kept.map((index) => table.columns[index]!),
  }
}
