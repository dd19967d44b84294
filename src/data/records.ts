import { InputError } from '../base/errors.js'
import { readCsv, type CsvTable } from './csv.js'
import { encodeCells, featureNames } from './encode.js'
import { fillMissing } from './scale.js'
import type { Encoding } from './types.js'
import { cutWindows } from './windows.js'

/** New records as inputs in original units, missing cells filled: what a model sees after scaling. */
export interface Records {
  readonly rows: number
  /** rows × product of the model's input shape. */
  readonly inputs: Float32Array
  /** For each row the line of the file that it ends on. */
  readonly lines: readonly number[]
}

/**
 * Reads a CSV file of new records as the training data was read. Columns go by name, in any order; the
 * target and other columns may be there or not. Without a header a row has all columns of the training file,
 * or all but the target, or the inputs alone. Each window of a series is a row. An unseen category, a missing
 * column, and a missing cell that no policy fills are errors.
 */
export function encodeRecords(encoding: Encoding, fill: readonly number[], path: string): Records {
  const { delimiter = ',', header = true } = encoding.csv ?? {}
  const table = readCsv(path, { delimiter, header })
  const at = header ? byName(table, encoding) : byPosition(table, encoding)
  const policy = encoding.missing === 'drop-row' ? 'refuse' : encoding.missing
  const cells = fillMissing(encodeCells(table, encoding.columns, at, policy), fill)
  if (encoding.kind !== 'series') return { rows: table.rows.length, inputs: cells, lines: table.lines }
  const window = encoding.window ?? 1
  const features = featureNames(encoding.columns).length
  const windows = cutWindows({ steps: cells, features, window, horizon: 0 })
  if (windows.length === 0) {
    throw new InputError(
      `${table.name}: expected at least ${window} rows, one window, got ${table.rows.length}`,
    )
  }
  const inputs = new Float32Array(windows.length * window * features)
  windows.forEach(({ input }, row) => inputs.set(input, row * input.length))
  return { rows: windows.length, inputs, lines: windows.map(({ at: last }) => table.lines[last]!) }
}

function byName(table: CsvTable, { columns }: Encoding): number[] {
  const lacking = columns.filter(({ name }) => !table.names.includes(name)).map(({ name }) => `"${name}"`)
  if (lacking.length > 0) {
    const what = lacking.length === 1 ? 'the column' : 'the columns'
    throw new InputError(
      `${table.name}: expected ${what} ${lacking.join(', ')}, got ${table.names.join(', ')}`,
    )
  }
  return columns.map(({ name }) => table.names.indexOf(name))
}

/** Columns without names are told by how many there are. */
function byPosition(table: CsvTable, { columns, csv }: Encoding): number[] {
  const names = csv?.names ?? columns.map(({ name }) => name)
  const inputs = columns.map(({ name }) => name)
  const withoutTarget = names.filter((name) => inputs.includes(name) || !csv?.targets.includes(name))
  const layout = [names, withoutTarget, inputs].find((each) => each.length === table.names.length)
  if (layout === undefined) {
    const counts = [...new Set([names, withoutTarget, inputs].map((each) => each.length))].join(' or ')
    throw new InputError(`${table.name}: expected ${counts} columns, got ${table.names.length}`)
  }
  return inputs.map((name) => layout.indexOf(name))
}
