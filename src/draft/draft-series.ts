import { InputError, unlessAtFault } from '../base/errors.js'
import type { Config } from '../config/config-schema.js'
import { hasNumber, missingAt, textAt } from '../data/column.js'
import { columnIndices } from '../data/columns.js'
import type { Table } from '../data/content.js'
import { orderSeries } from '../data/several-series.js'
import { timeText } from '../data/time-step.js'
import { timesOf, type TimeNotation } from '../data/times.js'
import { areCompact } from './draft-dates.js'
import { isCounted, isName, restarting } from './counted.js'
import { columnsListed } from './listed.js'
import type { Choice, DataSection, Drafted } from './types.js'

/** What tells the series of a file apart and orders their rows, and the table without these columns. */
export interface DraftedSeries extends Drafted<Pick<DataSection, 'seriesBy' | 'time' | 'timeNotation'>> {
  readonly table: Table
  /** The rows of a series, by the median of all. */
  readonly steps: number
  /** The `split` section, if it differs from its default. */
  readonly split?: Drafted<Partial<Config['split']>>
}

/** Columns that a user names: those that tell series apart, and that of time. */
export interface AskedSeries {
  readonly seriesBy?: string | readonly string[]
  readonly timeColumn?: string
}

/**
 * Finds the column of times and, where times repeat, the column that names the series: the one of the fewest
 * names in which no time repeats. Times are dates, or numbers that rise by one step in each series and begin anew in
 * the next. Nothing is found in a file without either, and no time where the steps between dates differ. What a user
 * names is taken as it is. Throws if dates repeat and no column tells whose they are: windows would go over several
 * machines.
 */
export function draftSeries(
  table: Table,
  targets: readonly string[],
  asked: AskedSeries = {},
): DraftedSeries {
  if (asked.seriesBy !== undefined || asked.timeColumn !== undefined)
    return askedSeries(table, targets, asked)
  const whole = { section: {}, choices: [], table, steps: table.places.length }
  const dateColumns = table.names.flatMap((name, index) =>
    targets.includes(name) ? [] : (datesIn(table, index) ?? []),
  )
  const [dates] = dateColumns
  if (dates === undefined) return countedSeries(table, targets) ?? whole
  const time = table.names[dates.index]!
  const { notation } = dates
  const ordering: Choice[] = [
    {
      key: ['data', 'time'],
      why: `its cells are dates, ${datesFrom(dates.values)}; windows end where a step is missing`,
    },
    ...(notation ? [aboutCompact] : []),
  ]
  const timed = { time, timeNotation: notation }
  if (new Set(dates.values).size === table.places.length) {
    if (isUneven(table, [], timed)) return whole
    return { ...whole, section: timed, choices: ordering, table: without(table, [dates.index]) }
  }
  const named = seriesFor(table, targets, dates)
  const seriesBy = table.names[named.index]!
  const isOrdered = isUneven(table, [seriesBy], timed)
  return {
    section: { seriesBy, ...(!isOrdered && timed) },
    choices: [naming(named), ...(isOrdered ? [] : ordering)],
    table: without(table, isOrdered ? [named.index] : [dates.index, named.index]),
    steps: middle(named.sizes),
  }
}

/** What a user named; if it is the time alone and times repeat, the column of the series is looked for. */
function askedSeries(
  table: Table,
  targets: readonly string[],
  { seriesBy, timeColumn }: AskedSeries,
): DraftedSeries {
  const keys = columnIndices(table, columnsListed(table.names, seriesBy ?? []), '--series-by')
  const times = timeColumn === undefined ? [] : columnIndices(table, [timeColumn], '--time-column')
  const wrong = [...keys, ...times].find((index) => targets.includes(table.names[index]!))
  if (wrong !== undefined)
    throw new InputError(
      `--${keys.includes(wrong) ? 'series-by' : 'time-column'}: expected another column than the target, got ${table.names[wrong]!}`,
    )
  const [at] = times
  const notation = at !== undefined && isCompactAt(table, at) ? ('compact' as const) : undefined
  const values = at === undefined ? undefined : timesOf(table, at, notation).values
  const repeats = values !== undefined && new Set(values).size < table.places.length
  const named = repeats && keys.length === 0 ? seriesFor(table, targets, { index: at!, values }) : undefined
  const names = [...keys, ...(named ? [named.index] : [])].map((index) => table.names[index]!)
  const counts = new Map<string, number>()
  for (const row of table.places.keys()) {
    const key = JSON.stringify(keys.map((index) => textAt(table.columns[index]!, row)))
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return {
    section: {
      ...(names.length > 0 && { seriesBy: names.length === 1 ? names[0]! : names }),
      ...(at !== undefined && { time: table.names[at]! }),
      timeNotation: notation,
    },
    choices: [...(named ? [naming(named)] : []), ...(notation ? [aboutCompact] : [])],
    table: without(table, [...keys, ...times, ...(named ? [named.index] : [])]),
    steps: middle(named?.sizes ?? [...counts.values()]),
  }
}

/** A column that names series, and how many rows each has. */
interface Named {
  readonly index: number
  readonly sizes: readonly number[]
}

/** The column of the fewest names in which no time stands twice. Throws if there is none. */
function seriesFor(table: Table, targets: readonly string[], times: { index: number; values: Float64Array }) {
  const [best] = columnsBeside(table, targets, times.index)
    .flatMap((index) => seriesIn(table, index, times.values) ?? [])
    .sort((a, b) => a.sizes.length - b.sizes.length)
  if (best !== undefined) return best
  throw new InputError(
    `${table.name}, column ${JSON.stringify(table.names[times.index])}: expected a time for each row, or a column that names the series of rows with the same time, got times that repeat and no such column; name columns by --series-by, or in data.seriesBy of a configuration, or drop duplicate rows`,
  )
}

/** The series of a table in each of which a column of numbers rises by one step, as cycles of machines do. */
function countedSeries(table: Table, targets: readonly string[]): DraftedSeries | undefined {
  const counted = table.names.flatMap((name, at) => {
    const values = targets.includes(name) ? undefined : restarting(table, at)
    if (values === undefined) return []
    return columnsBeside(table, targets, at).flatMap((index) => {
      const named = isName(table, index) ? seriesIn(table, index, values) : undefined
      return named && middle(named.sizes) >= fewestCounted && isCounted(table, index, values)
        ? [{ at, named }]
        : []
    })
  })
  const [best] = counted.sort((a, b) => a.named.sizes.length - b.named.sizes.length)
  if (best === undefined) return undefined
  const { at, named } = best
  const time = table.names[at]!
  const why = `it rises by one step in each series; windows end where a step is missing`
  const lives = livesApart(named)
  return {
    section: { seriesBy: table.names[named.index]!, time },
    choices: [naming(named), { key: ['data', 'time'], why }],
    split: lives,
    table: without(table, [at, named.index]),
    steps: middle(named.sizes),
  }
}

/**
 * A split by series, where times begin anew in each and there are enough of them. Such times are of a life, as cycles
 * of an engine, and no calendar that series share: new rows will be of other engines, from their first cycle on.
 */
function livesApart({ sizes }: Named): Drafted<Partial<Config['split']>> | undefined {
  if (sizes.length < fewestLives) return undefined
  const why = `time begins anew in each of ${sizes.length} series, so the test is on other series; set split.by to time if new rows continue the same ones`
  return { section: { by: 'group' }, choices: [{ key: ['split', 'by'], why }] }
}

/** The fewest series of which some are kept apart for validation and test: as many as subjects of a table. */
const fewestLives = 10

const naming = ({ sizes }: Named): Choice => ({
  key: ['data', 'seriesBy'],
  why: `it names ${sizes.length} series: in each, every time occurs once`,
})

const middle = (sizes: readonly number[]): number =>
  [...sizes].sort((a, b) => a - b)[Math.floor(sizes.length / 2)]!

const columnsBeside = ({ names }: Table, targets: readonly string[], time: number): number[] =>
  names.flatMap((name, index) => (index === time || targets.includes(name) ? [] : [index]))

/**
 * The fewest rows of a series in which numbers count, by the median: hours of a day and minutes of an hour count as well,
 * but a day is no machine.
 */
const fewestCounted = 61

/** The fewest rows between two gaps, on average, of a series whose times are those of steps. */
const fewestBetweenGaps = 24

/**
 * Whether times stand in order and yet have so many gaps that hardly a window lies between two, as those of working
 * days. Then each row is a step.
 */
function isUneven(
  table: Table,
  seriesBy: readonly string[],
  { time, timeNotation: notation }: { readonly time: string; readonly timeNotation?: TimeNotation },
): boolean {
  const { gaps, table: ordered } = orderSeries(table, { seriesBy, time, notation, every: undefined })
  if (gaps * fewestBetweenGaps <= table.places.length) return false
  const { table: asIs } = orderSeries(table, { seriesBy, time: undefined, every: undefined })
  return asIs.places.every((place, row) => place === ordered.places[row])
}

/** The times of a column whose cells are all dates; undefined for any other. */
function datesIn(table: Table, index: number) {
  const notation = isCompactAt(table, index) ? ('compact' as const) : undefined
  if (notation === undefined && hasNumber(table.columns[index]!)) return undefined
  const times = unlessAtFault(() => timesOf(table, index, notation))
  return times && { index, values: times.values, notation }
}

/** The first and the last day of some times, so that people see how years of two digits were read. */
function datesFrom(values: Float64Array): string {
  const [first, last] = [Math.min, Math.max].map((pick) => values.reduce((a, b) => pick(a, b)))
  const day = (time: number) => timeText(time, 'dates').slice(0, 'yyyy-mm-dd'.length)
  return `${day(first!)} to ${day(last!)}`
}

const isCompactAt = ({ names, columns }: Table, index: number): boolean =>
  areCompact(names[index]!, columns[index]!)

const aboutCompact: Choice = {
  key: ['data', 'timeNotation'],
  why: 'its numbers of eight digits are all days, such as 20240105; set numbers if they are not',
}

/** The sizes of the series that a column names; undefined if it names none, or one has a time twice. */
function seriesIn(table: Table, index: number, times: Float64Array): Named | undefined {
  const column = table.columns[index]!
  const seen = new Map<string, Set<number>>()
  for (const row of table.places.keys()) {
    if (missingAt(column, row)) return undefined
    const name = textAt(column, row).trim()
    const seriesTimes = seen.get(name) ?? new Set()
    if (seriesTimes.has(times[row]!)) return undefined
    seen.set(name, seriesTimes.add(times[row]!))
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
