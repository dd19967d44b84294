import { expected, InputError, quote } from '../base/errors.js'
import { gather } from './batches.js'
import { numberAt } from './cells.js'
import { asTable } from './combine.js'
import { labelOf } from './column.js'
import { rowCount, whereIs, type Table } from './content.js'
import type { DataSettings } from './data-settings.js'
import { contentOf } from './read-content.js'
import { outputsOf, type Dataset, type Task, type Teaching } from './types.js'
import type { ReadUnlabelled } from './unlabelled.js'

/** The least probability of a class that a teacher gives: its logit stays finite. */
const leastProbability = 1e-6

/** How far the probabilities of a row may sum up to something else than 1: files round them. */
const rounding = 0.02

/** Which rows of the files became rows of a data set. */
export interface RowsOfFiles {
  /** The row of the files for each row of the data set; from `rows` on, they are those of `data.test`. */
  readonly from?: readonly number[] | undefined
  /** The number of rows of `data.file`. */
  readonly rows: number
  readonly further?: Pick<ReadUnlabelled, 'from' | 'rows'> | undefined
}

/**
 * Reads what a teacher says of rows, from the files of `data.teacher`: a row for each one of `data.file`, in its
 * order, and behind them one for each of `data.unlabelled`, if there are any. Columns are known by the names of the
 * outputs or the classes (or by names that end with those), otherwise by their order. A single column is the
 * probability of the second of two classes. Throws an InputError for another number of rows, and for cells that are
 * no numbers, or no probabilities.
 */
export async function readTeaching(
  settings: DataSettings,
  { task }: Pick<Dataset, 'task'>,
  { from = [], rows, further }: RowsOfFiles,
): Promise<Teaching | undefined> {
  if (settings.teacher.length === 0) return undefined
  const tables = await Promise.all(settings.teacher.map((path) => readTeacherTable(settings, path)))
  const wanted = rows + (further?.rows ?? 0)
  const got = tables.reduce((sum, table) => sum + rowCount(table), 0)
  if (got !== wanted) throw otherCount(settings, rows, further?.rows, got)
  const width = outputsOf(task)
  const all = new Float64Array(wanted * width)
  let at = 0
  for (const table of tables) {
    all.set(outputsIn(table, task), at)
    at += rowCount(table) * width
  }
  const measured = new Float64Array(from.length * width)
  from.forEach((row, place) => {
    if (row < rows) measured.set(all.subarray(row * width, (row + 1) * width), place * width)
  })
  return {
    measured,
    ...(further && { unlabelled: gather(all.subarray(rows * width), width, further.from) }),
  }
}

/** A file as a table. A first line of nothing but numbers is a row, not names. */
async function readTeacherTable({ teacherReader, options }: DataSettings, path: string): Promise<Table> {
  const read = async (header: boolean) =>
    asTable(
      await contentOf(teacherReader, path, {
        ...options,
        delimiter: undefined,
        kind: 'table',
        cells: true,
        header,
      }),
    )
  const table = await read(true)
  const isHeadless = table.unit === 'line' && table.names.every((name) => Number.isFinite(Number(name)))
  return isHeadless ? read(false) : table
}

function otherCount(
  { teacher }: DataSettings,
  rows: number,
  unlabelled: number | undefined,
  got: number,
): InputError {
  const parts =
    unlabelled === undefined
      ? `${rows} rows, one for each of data.file`
      : `${rows + unlabelled} rows, one for each of data.file (${rows}) and of data.unlabelled (${unlabelled})`
  return expected(`config.data.teacher: ${teacher.join(', ')}`, parts, got)
}

/** The teacher's outputs for all rows of a file, rows × outputs. */
function outputsIn(table: Table, task: Task): Float64Array {
  return task.kind === 'classification' ? logitsIn(table, task.classes) : valuesIn(table, task.outputs)
}

function valuesIn(table: Table, outputs: readonly string[]): Float64Array {
  const columns = columnsOf(table, outputs, 'output')
  const all = new Float64Array(rowCount(table) * outputs.length)
  for (let row = 0, at = 0; row < rowCount(table); row++)
    for (const column of columns) all[at++] = numberAt(table, row, column)
  return all
}

function logitsIn(table: Table, classes: readonly string[]): Float64Array {
  const isOfSecond = classes.length === 2 && table.names.length === 1
  const columns = isOfSecond ? [0] : columnsOf(table, classes, 'class')
  const all = new Float64Array(rowCount(table) * classes.length)
  for (let row = 0, at = 0; row < rowCount(table); row++) {
    const given = columns.map((column) => probabilityAt(table, row, column))
    const whole = isOfSecond ? [1 - given[0]!, given[0]!] : given
    const sum = whole.reduce((total, each) => total + each, 0)
    if (Math.abs(sum - 1) > rounding)
      throw new InputError(`${whereIs(table, row)}: expected probabilities that sum up to 1, got ${sum}`)
    for (const each of whole) all[at++] = Math.log(Math.max(leastProbability, each / sum))
  }
  return all
}

function probabilityAt(table: Table, row: number, column: number): number {
  const value = numberAt(table, row, column)
  if (value >= 0 && value <= 1) return value
  throw new InputError(
    `${whereIs(table, row)}, column ${quote(table.names[column]!)}: expected a probability from 0 to 1, got ${value}`,
  )
}

/**
 * The column for each wanted name: of that name, or the only one that ends with it behind a sign that is neither
 * letter nor digit (`probability_yes`, `P(yes)`). If no name fits, columns in order, as many as are wanted.
 */
function columnsOf(table: Table, wanted: readonly string[], what: 'output' | 'class'): number[] {
  const names = table.names.map(labelOf)
  const found = wanted.map((name) => {
    const same = names.indexOf(name)
    if (same >= 0) return same
    const ending = names.flatMap((each, i) => (endsWith(each, name) ? [i] : []))
    return ending.length === 1 ? ending[0]! : -1
  })
  const isKnown = found.every((column) => column >= 0) && new Set(found).size === wanted.length
  if (isKnown) return found
  if (names.length === wanted.length && found.every((column) => column < 0)) return names.map((_, i) => i)
  const missing = wanted[found.findIndex((column, i) => column < 0 || found.indexOf(column) !== i)]!
  throw expected(
    `config.data.teacher: ${table.name}`,
    `a column for each ${what}, as ${quote(missing)}`,
    `columns ${table.names.slice(0, 12).join(', ')}`,
  )
}

function endsWith(name: string, ending: string): boolean {
  const bare = name.replace(/\)$/, '')
  return bare.endsWith(ending) && /[^\p{L}\p{N}]/u.test(bare.at(-ending.length - 1) ?? 'x')
}
