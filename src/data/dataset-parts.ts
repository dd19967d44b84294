import type { Config } from '../config/config-schema.js'
import { countMissingCells } from './column.js'
import { zerosLike, type FloatArray, type Table } from './content.js'
import type { DataSettings } from './data-settings.js'
import type { DatePart } from './date-parts.js'
import { inMemory } from './given.js'
import type { OrderedSeries } from './several-series.js'
import type { Target } from './target.js'
import type { Dataset, FileEncoding } from './types.js'

/** The columns that are inputs, the columns that are predicted, and those that are categories in any case. */
export interface Roles {
  readonly inputs: readonly number[]
  /** Columns of dates, and their parts that are inputs. */
  readonly dates: ReadonlyMap<number, readonly DatePart[]>
  readonly targets: readonly number[]
  readonly categorical: ReadonlySet<number>
}

/** The input of a function that makes a data set of one kind. */
export interface ReadInput {
  readonly table: Table
  readonly columns: Roles
  readonly target: Target
  readonly settings: DataSettings
  readonly split: Config['split']
  /** The series of the table, if columns name them or their times; its rows are in their order. */
  readonly ordered?: OrderedSeries | undefined
  /** The first row of `data.test`; all rows from there on belong to it. */
  readonly testFrom: number
}

/** Makes a data set from a table: each input is a row, or a window of rows. */
export type ReadPart = (input: ReadInput) => ReadDataset

/** A data set as it was read, and the row of the files for each of its rows; windows of a series have none. */
export interface ReadDataset extends Omit<Dataset, 'hash'> {
  readonly from?: readonly number[]
}

/** The targets of some rows, in the given order. */
export function selectTargets({ values, task }: Target, rows: readonly number[]): FloatArray {
  const width = task.kind === 'classification' ? 1 : task.outputs.length
  const selected = zerosLike(values, rows.length * width)
  rows.forEach((row, i) => selected.set(values.subarray(row * width, (row + 1) * width), i * width))
  return selected
}

/** The number of missing cells by column name, for columns that have any. */
export function countMissing(table: Table, columns: readonly number[]): Record<string, number> {
  const counts = columns.map((column) => [table.names[column]!, countMissingCells(table.columns[column]!)])
  return Object.fromEntries(counts.filter(([, count]) => count !== 0)) as Record<string, number>
}

/** How the files were read; for a table, with its columns. Undefined for data in memory. */
export function fileEncoding(
  { reader, options, files }: DataSettings,
  table?: Table,
  targets: readonly number[] = [],
): FileEncoding | undefined {
  if (reader.name === inMemory) return undefined
  const joinedFrom = table?.joined?.from ?? table?.names.length
  return {
    format: reader.name,
    options,
    ...(table && {
      names: table.names.slice(0, joinedFrom),
      targets: targets.filter((column) => column < joinedFrom!).map((column) => table.names[column]!),
    }),
    channels: files.channelNames,
  }
}

/**
 * The rows of a data set that belong to `data.test`. `kept` has the row in the files of each row of the data
 * set.
 */
export function testRows(kept: readonly number[], testFrom: number): Pick<Dataset, 'test'> {
  const test = kept.flatMap((row, i) => (row >= testFrom ? [i] : []))
  return test.length > 0 ? { test } : {}
}
