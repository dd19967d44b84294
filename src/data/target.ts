import { InputError } from '../base/errors.js'
import { cellError, isMissing, isNumeric, labelOf, numberAt, sortedLabels } from './cells.js'
import type { Numbers, Table } from './content.js'
import type { Task } from './types.js'

const MOST_INFERRED_CLASSES = 20
const CLASSES_HINT = '; where these are classes, set config.data.task to classification'

export interface Target {
  readonly task: Task
  /** A class index a row, or rows × outputs values; NaN where the cell is missing. */
  readonly values: Numbers
}

/**
 * Reads the target columns. Without a task given it is classification where the one target is text or has
 * at most 20 distinct integers, else regression. A missing cell is an error under the policy `refuse`.
 * `names` are those of the classes 0, 1, …, in this order; a cell is then one of them, or its number.
 */
export function readTarget(
  table: Table,
  columns: readonly number[],
  kind: Task['kind'] | undefined,
  missing: string,
  names?: readonly string[],
): Target {
  const empty = columns.flatMap((column) => {
    const row = table.rows.findIndex((cells) => isMissing(cells[column]!))
    return row < 0 ? [] : [{ row, column }]
  })[0]
  if (empty !== undefined && missing === 'refuse') {
    const hint = '; under another policy of config.data.missing a row without a target is left out'
    throw cellError(table, empty.row, empty.column, 'a target', hint)
  }
  const resolved = kind ?? (names ? 'classification' : inferTask(table, columns))
  return resolved === 'classification' ? classes(table, columns, names) : values(table, columns, resolved)
}

function inferTask(table: Table, columns: readonly number[]): 'classification' | 'regression' {
  if (columns.length > 1) return 'regression'
  const cells = new Set(presentCells(table, columns[0]!))
  const numeric = [...cells].filter(isNumeric)
  if (numeric.length === 0) return 'classification'
  if (numeric.length < cells.size) return 'regression'
  // By label, not by number: numbers merge what is longer than they can tell.
  const labels = new Set(numeric.map(labelOf))
  const integers = numeric.every((cell) => Number.isInteger(Number(cell)))
  return integers && labels.size <= MOST_INFERRED_CLASSES ? 'classification' : 'regression'
}

const presentCells = (table: Table, column: number) =>
  table.rows.map((row) => row[column]!).filter((cell) => !isMissing(cell))

function classes(table: Table, columns: readonly number[], given: readonly string[] | undefined): Target {
  const [column] = columns
  if (columns.length > 1) {
    throw new InputError(`config.data.target: expected one column for classification, got ${columns.length}`)
  }
  if (given !== undefined) return namedClasses(table, column!, given)
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

/** Cells as names of `config.data.classes`, or as their numbers from 0. */
function namedClasses(table: Table, column: number, names: readonly string[]): Target {
  const codes = new Map<string, number>(names.map((_, code) => [String(code), code]))
  // A name goes before a number: classes may be called 1, 2, 3.
  names.forEach((name, code) => codes.set(labelOf(name), code))
  const indices = table.rows.map((cells, row) => {
    if (isMissing(cells[column]!)) return NaN
    const code = codes.get(labelOf(cells[column]!))
    if (code !== undefined) return code
    throw cellError(
      table,
      row,
      column,
      `one of the ${names.length} config.data.classes, or 0 to ${names.length - 1}`,
    )
  })
  return { task: { kind: 'classification', classes: names }, values: Float32Array.from(indices) }
}

function values(table: Table, columns: readonly number[], kind: 'regression' | 'forecasting'): Target {
  const outputs = columns.map((column) => table.names[column]!)
  const result = new Float64Array(table.rows.length * columns.length)
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
