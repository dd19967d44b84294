import type { Config } from '../config/config-schema.js'
import { isMissing } from './cells.js'
import type { CsvTable } from './csv.js'
import type { DataSettings } from './data-settings.js'
import type { Target } from './target.js'
import type { Dataset, Encoding } from './types.js'

/** Which columns are inputs, which are predicted, and which are categories for sure. */
export interface Roles {
  readonly inputs: readonly number[]
  readonly targets: readonly number[]
  readonly categorical: ReadonlySet<number>
}

/** What a reader of one kind of data gets. */
export interface ReadInput {
  readonly table: CsvTable
  readonly columns: Roles
  readonly target: Target
  readonly settings: DataSettings
  readonly split: Config['split']
}

/** Makes a data set out of a table: each row one input, or windows of rows. */
export type ReadPart = (input: ReadInput) => Omit<Dataset, 'hash'>

/** The targets of some rows, in the order given. */
export function selectTargets({ values, task }: Target, rows: readonly number[]): Float32Array {
  const width = task.kind === 'classification' ? 1 : task.outputs.length
  const selected = new Float32Array(rows.length * width)
  rows.forEach((row, i) => selected.set(values.subarray(row * width, (row + 1) * width), i * width))
  return selected
}

/** Missing cells by column name, for the columns that have any. */
export function countMissing(table: CsvTable, columns: readonly number[]): Record<string, number> {
  const counts = columns.map((column) => [
    table.names[column]!,
    table.rows.reduce((count, cells) => count + (isMissing(cells[column]!) ? 1 : 0), 0),
  ])
  return Object.fromEntries(counts.filter(([, count]) => count !== 0)) as Record<string, number>
}

/** What is kept to read new records in the same way. */
export function encodingOf(
  table: CsvTable,
  columns: Encoding['columns'],
  targets: readonly number[],
  { kind, missing, delimiter, header }: DataSettings,
): Encoding {
  const csv = {
    delimiter,
    header,
    names: table.names,
    targets: targets.map((column) => table.names[column]!),
  }
  return { kind, columns, missing, csv }
}
