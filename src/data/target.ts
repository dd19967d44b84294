import { InputError, quote } from '../base/errors.js'
import { cellError, firstMissing, numberAt } from './cells.js'
import {
  codesOf,
  countMissingCells,
  distinctCells,
  hasNumber,
  labelOf,
  labelsOf,
  missingAt,
} from './column.js'
import type { FloatArray, Table } from './content.js'
import { refuseDisguise } from './encode.js'
import type { Task } from './types.js'

const MOST_INFERRED_CLASSES = 20
/** So many whole numbers are classes however few rows there are: 0 and 1, or 1, 2 and 3. */
const ALWAYS_CLASSES = 3
/** More whole numbers are classes only if each has so many rows on average; otherwise, they are amounts. */
const LEAST_ROWS_A_CLASS = 10
const MOST_CLASSES = 100_000
const CLASSES_HINT = '; where these are classes, set config.data.task to classification'

export interface Target {
  readonly task: Task
  /** One class index per row, or rows × outputs values; NaN if the cell is missing. */
  readonly values: FloatArray
}

/**
 * Reads the target columns. Without `kind`, `inferTask` decides. A missing cell is an error under the policy
 * `refuse`. `names` are those of the classes 0, 1, … in this order; each cell must be one of them, or its
 * number.
 */
export function readTarget(
  table: Table,
  columns: readonly number[],
  kind: Task['kind'] | undefined,
  missing: string,
  names?: readonly string[],
): Target {
  const empty = missing === 'refuse' ? firstMissing(table, columns) : undefined
  if (empty !== undefined) {
    const hint = '; under another policy of config.data.missing a row without a target is left out'
    throw cellError(table, empty.row, empty.column, 'a target', hint)
  }
  const resolved = kind ?? (names ? 'classification' : inferTask(table, columns))
  return resolved === 'classification' ? classes(table, columns, names) : values(table, columns, resolved)
}

/**
 * Infers the task from the target columns. A single column of texts holds classes, and so does one of at most
 * 20 distinct whole numbers, if they are two or three, or have ten rows each on average. Anything else is
 * regression.
 */
export function inferTask(table: Table, columns: readonly number[]): 'classification' | 'regression' {
  const [column] = columns
  const cells = table.columns[column!]!
  // A column with a unit holds numbers; config.data.numeric has declared it so.
  if (columns.length > 1 || cells.unit !== undefined) return 'regression'
  if (!hasNumber(cells)) {
    refuseDisguise(table, column!, 'set config.data.task to classification')
    return 'classification'
  }
  const distinct = distinctCells(cells, 2 * MOST_INFERRED_CLASSES)
  const whole = !distinct.more && [...distinct.numbers, ...distinct.textValues].every(Number.isInteger)
  const rows = table.places.length - countMissingCells(cells)
  // Codes such as 007 are no amounts, however few rows each has.
  const most = distinct.texts.length > 0 ? Infinity : Math.max(ALWAYS_CLASSES, rows / LEAST_ROWS_A_CLASS)
  return whole && labelsOf(distinct).length <= Math.min(MOST_INFERRED_CLASSES, most)
    ? 'classification'
    : 'regression'
}

function classes(table: Table, columns: readonly number[], given: readonly string[] | undefined): Target {
  const [column] = columns
  if (columns.length > 1) {
    throw new InputError(`config.data.target: expected one column for classification, got ${columns.length}`)
  }
  if (given !== undefined) return namedClasses(table, column!, given)
  const cells = table.columns[column!]!
  const distinct = distinctCells(cells, MOST_CLASSES)
  const names = labelsOf(distinct)
  const present = table.places.length - countMissingCells(cells)
  const where = `${table.name}, column ${quote(table.names[column!]!)}`
  if (names.length < 2) {
    throw new InputError(
      `${where}: expected at least two classes, got ${names.length === 0 ? 'none' : `only ${quote(names[0]!)}`}`,
    )
  }
  if (distinct.more || (names.length > MOST_INFERRED_CLASSES && names.length > present / 2)) {
    const got = `${distinct.more ? 'more than ' : ''}${names.length} distinct values in ${present} rows`
    const remedy = !distinct.textValues.some(Number.isNaN)
      ? 'is config.data.task regression?'
      : 'name another column in config.data.target'
    throw new InputError(`${where}: expected classes that repeat, got ${got}; ${remedy}`)
  }
  const codeOf = codesOf(cells, new Map(names.map((name, code) => [name, code])))
  const indices = Float32Array.from(table.places, (_, row) => codeOf(row))
  return { task: { kind: 'classification', classes: names }, values: indices }
}

/** Reads cells as names in `config.data.classes`, or as their numbers from 0. */
function namedClasses(table: Table, column: number, names: readonly string[]): Target {
  const codes = new Map<string, number>(names.map((_, code) => [String(code), code]))
  // Names override numbers, because classes may be called 1, 2, 3.
  names.forEach((name, code) => codes.set(labelOf(name), code))
  const codeOf = codesOf(table.columns[column]!, codes)
  const indices = Float32Array.from(table.places, (_, row) => {
    const code = codeOf(row)
    if (code >= 0 || Number.isNaN(code)) return code
    throw cellError(
      table,
      row,
      column,
      `one of the ${names.length} config.data.classes, or 0 to ${names.length - 1}`,
    )
  })
  return { task: { kind: 'classification', classes: names }, values: indices }
}

function values(table: Table, columns: readonly number[], kind: 'regression' | 'forecasting'): Target {
  const outputs = columns.map((column) => table.names[column]!)
  const result = new Float64Array(table.places.length * columns.length)
  columns.forEach((column, output) => {
    const cells = table.columns[column]!
    let first = NaN
    let varies = false
    table.places.forEach((_, row) => {
      const value = missingAt(cells, row) ? NaN : numberAt(table, row, column, CLASSES_HINT)
      result[row * columns.length + output] = value
      if (Number.isNaN(first)) first = value
      else if (!Number.isNaN(value) && value !== first) varies = true
    })
    if (varies) return
    const got = Number.isNaN(first) ? 'no value' : `only ${first}`
    throw new InputError(
      `${table.name}, column ${quote(outputs[output]!)}: expected a target that varies, got ${got}`,
    )
  })
  return { task: { kind, outputs }, values: result }
}
