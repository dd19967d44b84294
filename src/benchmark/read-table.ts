import { basename } from 'node:path'
import { expected, InputError } from '../base/errors.js'
import { readText } from '../base/data-file.js'
import { didYouMean } from '../base/suggest.js'
import { parseCsv } from '../data/readers/csv.js'

/** The cells of an architecture by column: numbers, or null if the table has none. */
export type TableRow = Readonly<Record<string, unknown>>

/** A tabular benchmark as rows, with the text of each architecture. */
export interface TableRows {
  /** The name of the file. */
  readonly name: string
  /** The column with the architectures; undefined if they are the keys of a JSON object. */
  readonly column: string | undefined
  readonly architectures: readonly string[]
  /** The other columns of each row. */
  readonly rows: readonly TableRow[]
}

/** The usual names of the column with the architectures. */
const usualColumns = ['architecture', 'arch', 'genotype']

/**
 * Reads a table of architectures, plain or gzip: CSV with a header, a JSON array of rows, or a JSON object
 * keyed by architecture whose values are rows or single numbers. Objects within rows become columns
 * `outer.inner`. `column` names the column with the architectures; by default, it is `architecture`, `arch`
 * or `genotype`, otherwise the first in which `reads` accepts all values.
 */
export function readTable(
  path: string,
  reads: (text: string) => boolean,
  column?: string,
  label = 'table',
): TableRows {
  const text = readText(path, label, 'a CSV or JSON file').replace(/^\uFEFF/, '')
  const name = basename(path)
  const records = /^\s*[[{]/.test(text) ? jsonRows(text, name) : csvRows(text, name)
  if (!Array.isArray(records)) {
    if (column !== undefined)
      throw expected(`${label}: column`, `nothing (${name} is keyed by architecture)`, column)
    const entries = Object.entries(records)
    if (entries.length === 0) throw new InputError(`${name}: expected rows, got none`)
    return {
      name,
      column: undefined,
      architectures: entries.map(([architecture]) => architecture),
      rows: entries.map(([key, value]) => (isObject(value) ? flat(value) : number(value, `${name}: ${key}`))),
    }
  }
  const architectureColumn = columnOf(records, reads, column, name, label)
  return {
    name,
    column: architectureColumn,
    architectures: records.map((row, i) => {
      const architecture = row[architectureColumn]
      if (typeof architecture === 'string' || typeof architecture === 'number') return String(architecture)
      throw expected(`${name} row ${i + 1}: ${architectureColumn}`, 'an architecture', architecture)
    }),
    rows: records.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([key]) => key !== architectureColumn)),
    ),
  }
}

function columnOf(
  rows: readonly TableRow[],
  reads: (text: string) => boolean,
  column: string | undefined,
  name: string,
  label: string,
): string {
  const columns = Object.keys(rows[0]!)
  if (column !== undefined) {
    if (columns.includes(column)) return column
    throw new InputError(
      `${label}: ${name} has no column ${column}${didYouMean(column, columns)}; columns: ${columns.join(', ')}`,
    )
  }
  const architectureColumn =
    columns.find((each) => usualColumns.includes(each.toLowerCase())) ??
    columns.find((each) => rows.every((row) => reads(String(row[each]))))
  if (architectureColumn !== undefined) return architectureColumn
  throw new InputError(
    `${label}: no column of ${name} holds architectures of this space; columns: ${columns.join(', ')}`,
  )
}

function csvRows(text: string, file: string): TableRow[] {
  const { names, rows } = parseCsv(text, file)
  return rows.map((cells) => Object.fromEntries(names.map((name, i) => [name, cells[i]!])))
}

function jsonRows(text: string, file: string): TableRow[] | Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new InputError(`${file}: not JSON: ${(error as Error).message}`)
  }
  if (!Array.isArray(value)) return value as Record<string, unknown>
  if (value.length === 0) throw new InputError(`${file}: expected rows, got none`)
  return value.map((row: unknown, i) => {
    if (isObject(row)) return flat(row)
    throw expected(`${file} row ${i + 1}`, 'an object', row)
  })
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function flat(row: Record<string, unknown>, prefix = ''): TableRow {
  return Object.fromEntries(
    Object.entries(row).flatMap(([key, value]) =>
      isObject(value) ? Object.entries(flat(value, `${prefix}${key}.`)) : [[`${prefix}${key}`, value]],
    ),
  )
}

function number(value: unknown, place: string): TableRow {
  if (typeof value === 'number') return { value }
  throw expected(place, 'an object or a number', value)
}
