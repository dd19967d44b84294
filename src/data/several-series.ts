import { InputError } from '../base/errors.js'
import type { Config } from '../config/config-schema.js'
import { cellError } from './cells.js'
import { missingAt, textAt } from './column.js'
import { columnIndices } from './columns.js'
import { selectRows, whereIs, type Table } from './content.js'
import type { DataSettings } from './data-settings.js'
import { commonStep, isOneStep, stepOf, stepText } from './time-step.js'
import { timesOf, type TimeNotation } from './times.js'

/** The columns that tell the series of a table apart, and order their rows: keys of `data`. */
export interface SeriesColumns {
  readonly seriesBy: readonly string[]
  readonly time: string | undefined
  readonly every: string | number | undefined
  /** How times are written, if it is known from training or a configuration. */
  readonly notation?: TimeNotation | undefined
  /** The step in milliseconds, or in numbers of the time, if it is known from training. */
  readonly step?: number | undefined
}

/** The columns that name series and times, where a configuration names any. */
export function seriesColumns(
  {
    kind,
    seriesBy,
    time,
    timeNotation: notation,
    every,
  }: Pick<DataSettings, 'kind' | 'seriesBy' | 'time' | 'timeNotation' | 'every'>,
  split: Pick<Config['split'], 'by' | 'column'>,
): SeriesColumns | undefined {
  if (kind !== 'series' || (seriesBy.length === 0 && time === undefined)) return undefined
  return { seriesBy, time: time ?? (split.by === 'time' ? split.column : undefined), notation, every }
}

/** A table's rows, series by series in order of time. */
export interface OrderedSeries {
  readonly table: Table
  /** The names of the series, one for each column of `seriesBy`, in the order of the table. */
  readonly names: readonly (readonly string[])[]
  /** The series of each row, as an index into `names`. */
  readonly of: readonly number[]
  /** A number for each stretch of rows without a gap, row by row: no window covers two. */
  readonly stretches: readonly number[]
  readonly times?: Float64Array
  readonly notation?: TimeNotation
  /** The step between rows, undefined if each series has one row. */
  readonly every?: number
  /** The number of places where a step is missing or another one is too short. */
  readonly gaps: number
}

/**
 * Puts the rows of each series together, in the order in which they first occur, and sorts them by time.
 * Without a column of time, rows keep their order and have no gaps. Throws if a series has two rows for one
 * time: they would be interleaved.
 */
export function orderSeries(table: Table, columns: SeriesColumns): OrderedSeries {
  const keys = columnIndices(table, columns.seriesBy, 'config.data.seriesBy')
  const named = seriesOf(table, keys)
  const [index] = columns.time === undefined ? [] : columnIndices(table, [columns.time], 'config.data.time')
  const times = index === undefined ? undefined : timesOf(table, index, columns.notation)
  const order = table.places.map((_, row) => row)
  const at = (row: number) => times?.values[row] ?? row
  order.sort((a, b) => named.of[a]! - named.of[b]! || at(a) - at(b) || a - b)
  const of = order.map((row) => named.of[row]!)
  const sorted = { table: selectRows(table, order), names: named.names, of }
  if (times === undefined) return { ...sorted, stretches: of, gaps: 0 }
  refuseRepeated(table, order, { of, times: times.values, index: index!, columns, names: named.names })
  const values = Float64Array.from(order, (row) => times.values[row]!)
  const { notation } = times
  const every =
    columns.step ??
    (columns.every === undefined ? commonStep(differences(values, of)) : stepOf(columns.every, notation))
  return {
    ...sorted,
    times: values,
    notation,
    every,
    ...cut(values, of, every),
  }
}

/** What people are told of the series: how many, of which step, with how many gaps. */
export function seriesFacts({ names, every, notation, gaps, of }: OrderedSeries, columns: SeriesColumns) {
  const plural = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`
  const step = every === undefined ? undefined : stepText(every, notation!)
  return {
    facts: {
      ...(columns.seriesBy.length > 0 && {
        series: { value: String(names.length), how: columns.seriesBy.join(', ') },
      }),
      ...(step !== undefined && {
        step: { value: step, how: columns.every === undefined ? 'the most frequent' : 'set' },
      }),
    },
    notes:
      gaps === 0
        ? []
        : [
            `${plural(gaps, 'gap')} in ${plural(names.length, 'series').replace('seriess', 'series')} of ${of.length} rows: two rows are not one step of ${step} apart there, and no window crosses it; data.every sets another step`,
          ],
  }
}

function seriesOf(table: Table, keys: readonly number[]) {
  const names: string[][] = []
  const known = new Map<string, number>()
  const of = table.places.map((_, row) => {
    const name = keys.map((index) => {
      const column = table.columns[index]!
      if (missingAt(column, row)) throw cellError(table, row, index, 'the name of a series')
      return textAt(column, row).trim()
    })
    const key = JSON.stringify(name)
    const seriesIndex = known.get(key) ?? names.push(name) - 1
    known.set(key, seriesIndex)
    return seriesIndex
  })
  return { names, of }
}

function* differences(times: Float64Array, of: readonly number[]) {
  for (let row = 1; row < of.length; row++)
    if (of[row] === of[row - 1]) yield Number((times[row]! - times[row - 1]!).toPrecision(12))
}

/** Cuts the rows where another series begins, or where two rows are not one step apart. */
function cut(times: Float64Array, of: readonly number[], every: number | undefined) {
  const stretches: number[] = []
  let gaps = 0
  for (let row = 0, stretch = 0; row < of.length; row++) {
    const isSame = row === 0 || of[row] === of[row - 1]
    const isGap = row > 0 && isSame && !isOneStep(times[row]! - times[row - 1]!, every!)
    if (isGap) gaps++
    if (!isSame || isGap) stretch++
    stretches.push(stretch)
  }
  return { stretches, gaps }
}

interface Order {
  readonly of: readonly number[]
  readonly times: Float64Array
  readonly index: number
  readonly columns: SeriesColumns
  readonly names: readonly (readonly string[])[]
}

function refuseRepeated(
  table: Table,
  order: readonly number[],
  { of, times, index, columns, names }: Order,
): void {
  const twice = order.flatMap((row, i) =>
    i > 0 && of[i] === of[i - 1] && times[row] === times[order[i - 1]!] ? [i] : [],
  )
  const [first] = twice
  if (first === undefined) return
  const several = columns.seriesBy.length > 0
  const whose = several ? ` of the series ${names[of[first]!]!.join(' ')}` : ''
  const others = twice.length > 1 ? ` (and ${twice.length - 1} more)` : ''
  const remedy = several
    ? 'drop duplicates, or name a further column in data.seriesBy'
    : 'if rows are of several machines or places, name the column that tells them apart in data.seriesBy; otherwise drop duplicates'
  const cell = textAt(table.columns[index]!, order[first]!)
  throw new InputError(
    `${whereIs(table, order[first]!)}: expected one row for each time${whose}, got a second one for ${cell}, as ${whereIs(table, order[first - 1]!)} has${others}; ${remedy}`,
  )
}
