import { quote } from '../base/errors.js'
import { codesOf, labelOf, missingAt, textAt, valueAt } from './column.js'
import { isTable, whereIs, type Content, type Table } from './content.js'
import { withoutMissingValues } from './missing-values.js'
import type { Encoding, Task } from './types.js'

/**
 * The targets of new records: all values, or the reason why some cannot be used. Neither if the records have
 * none.
 */
export interface NewTargets {
  /** One class index per row, or rows × outputs values in original units. */
  readonly values?: Float64Array
  readonly lacking?: string
}

/**
 * The targets that new records contain: in the columns of the training file or, for images and records, as
 * labels. Windows of a series have none, because their targets follow them.
 */
export function newTargets(encoding: Encoding, task: Task, content: Content): NewTargets {
  const targetSource = encoding.kind === 'series' ? undefined : targetsIn(encoding, task, content)
  if (!targetSource) return {}
  const { columns } = targetSource
  const table = withoutMissingValues(targetSource.table, encoding.missingValues)
  const read = task.kind === 'classification' ? classIndices(task.classes) : numbers
  const width = columns.length
  const values = new Float64Array(table.places.length * width)
  for (const [i, column] of columns.entries()) {
    const columnValues = read(table, column)
    for (let row = 0; row < columnValues.length; row++) {
      if (Number.isNaN(columnValues[row])) return { lacking: unusable(table, row, column) }
      values[row * width + i] = columnValues[row]!
    }
  }
  return { values }
}

/** The table that contains the targets, and the indices of its target columns in the model's order. */
function targetsIn(
  encoding: Encoding,
  task: Task,
  content: Content,
): { table: Table; columns: readonly number[] } | undefined {
  const wanted = encoding.file?.targets ?? (task.kind === 'classification' ? [] : task.outputs)
  if (!isTable(content)) {
    const { labels } = content
    if (labels?.names.length === 1) return { table: labels, columns: [0] }
    return labels && named(labels, wanted)
  }
  const { names, options } = encoding.file ?? {}
  if (options?.header !== false || content.unit !== 'line') return named(content, wanted)
  // Without a header, the target's position is only known if the row has all columns.
  return content.names.length === names?.length ? named({ ...content, names }, wanted) : undefined
}

function named(table: Table, wanted: readonly string[]) {
  const columns = wanted.map((name) => table.names.indexOf(name))
  return columns.length === 0 || columns.includes(-1) ? undefined : { table, columns }
}

/**
 * Converts cells to class indices by name or, if no class has a number as its name, by index; NaN for other
 * cells.
 */
function classIndices(classes: readonly string[]): (table: Table, column: number) => number[] {
  const numbered = classes.every((name) => Number.isNaN(Number(name)))
  const codes = new Map(classes.map((name, code) => [labelOf(name), code]))
  if (numbered) classes.forEach((_, code) => codes.set(String(code), code))
  return (table, column) => {
    const codeOf = codesOf(table.columns[column]!, codes)
    return table.places.map((_, row) => {
      const code = codeOf(row)
      return code < 0 ? NaN : code
    })
  }
}

const numbers = ({ columns, places }: Table, column: number): number[] =>
  places.map((_, row) => valueAt(columns[column]!, row))

function unusable(table: Table, row: number, column: number): string {
  const cells = table.columns[column]!
  const got = missingAt(cells, row) ? 'is empty' : `has the unknown target ${quote(textAt(cells, row))}`
  return `${whereIs(table, row)}, column ${quote(table.names[column]!)}, ${got}`
}
