import { InputError } from '../base/errors.js'
import { cellError, isMissing, isNumeric, labelOf, numberAt, sortedLabels } from './cells.js'
import type { CsvTable } from './csv.js'
import type { Task } from './types.js'

const MOST_INFERRED_CLASSES = 20
const CLASSES_HINT = '; where these are classes, set config.data.task to classification'

export interface Target {
  readonly task: Task
  /** A class index a row, or rows × outputs values; NaN where the cell is missing. */
  readonly values: Float32Array
}

/**
 * Reads the target columns. Without a task given it is classification where the one target is text or has
 * at most 20 distinct integers, else regression. A missing cell is an error under the policy `refuse`.
 */
export function readTarget(
  table: CsvTable,
  columns: readonly number[],
  kind: Task['kind'] | undefined,
  missing: string,
): Target {
  const empty = columns.flatMap((column) => {
    const row = table.rows.findIndex((cells) => isMissing(cells[column]!))
    return row < 0 ? [] : [{ row, column }]
  })[0]
  if (empty !== undefined && missing === 'refuse') {
    const hint = '; under another policy of config.data.missing a row without a target is left out'
    throw cellError(table, empty.row, empty.column, 'a target', hint)
  }
  const resolved = kind ?? inferTask(table, columns)
  return resolved === 'classification' ? classes(table, columns) : values(table, columns, resolved)
}

function inferTask(table: CsvTable, columns: readonly number[]): 'classification' | 'regression' {
  if (columns.length > 1) return 'regression'
  const cells = new Set(presentCells(table, columns[0]!))
  const numeric = [...cells].filter(isNumeric)
  if (numeric.length === 0) return 'classification'
  if (numeric.length < cells.size) return 'regression'
  const numbers = new Set(numeric.map(Number))
  const integers = [...numbers].every(Number.isInteger)
  return integers && numbers.size <= MOST_INFERRED_CLASSES ? 'classification' : 'regression'
}

const presentCells = (table: CsvTable, column: number) =>
  table.rows.map((row) => row[column]!).filter((cell) => !isMissing(cell))

function classes(table: CsvTable, columns: readonly number[]): Target {
  const [column] = columns
  if (columns.length > 1) {
    throw new InputError(`config.data.target: expected one column for classification, got ${columns.length}`)
  }
  const cells = presentCells(table, column!)
  const names = sortedLabels(cells.map(labelOf))
  const where = `${table.name}, column "${table.names[column!]!}"`
  if (names.length < 2) {
    throw new InputError(
      `${where}: expected at least two classes, got ${names.length === 0 ? 'none' : `only "${names[0]!}"`}`,
    )
  }
  if (names.length > MOST_INFERRED_CLASSES && names.length > cells.length / 2) {
    const got = `${names.length} distinct values in ${cells.length} rows`
    throw new InputError(
      `${where}: expected classes that repeat, got ${got}; is config.data.task regression?`,
    )
  }
  const codes = new Map(names.map((name, code) => [name, code]))
  const indices = table.rows.map((row) =>
    isMissing(row[column!]!) ? NaN : codes.get(labelOf(row[column!]!))!,
  )
  return { task: { kind: 'classification', classes: names }, values: Float32Array.from(indices) }
}

function values(table: CsvTable, columns: readonly number[], kind: 'regression' | 'forecasting'): Target {
  const outputs = columns.map((column) => table.names[column]!)
  const result = new Float32Array(table.rows.length * columns.length)
  columns.forEach((column, output) => {
    const seen = new Set<number>()
    table.rows.forEach((cells, row) => {
      const position = row * columns.length + output
      result[position] = isMissing(cells[column]!) ? NaN : numberAt(table, row, column, CLASSES_HINT)
      if (!Number.isNaN(result[position])) seen.add(result[position])
    })
    if (seen.size > 1) return
    const got = seen.size === 0 ? 'no value' : `only ${[...seen][0]!}`
    throw new InputError(
      `${table.name}, column "${outputs[output]!}": expected a target that varies, got ${got}`,
    )
  })
  return { task: { kind, outputs }, values: result }
}
