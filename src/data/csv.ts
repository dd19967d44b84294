import { basename } from 'node:path'
import { CsvError, parse } from 'csv-parse/sync'
import { InputError } from '../base/errors.js'
import { readText } from '../base/files.js'

/** A CSV file as text cells. */
export interface CsvTable {
  /** The file's name, as messages give it. */
  readonly name: string
  /** Column names; where there is no header, their indices from 0. */
  readonly names: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** For each row the line of the file that it ends on, counted from 1. */
  readonly lines: readonly number[]
}

export interface CsvOptions {
  /** One character, a comma by default. */
  readonly delimiter?: string
  /** Whether the first line names the columns; true by default. */
  readonly header?: boolean
}

/** Reads a CSV file, plain or gzip (told by its first bytes), UTF-8 with or without a byte-order mark. */
export const readCsv = (path: string, options?: CsvOptions): CsvTable =>
  parseCsv(readText(path, 'data', 'a CSV file'), basename(path), options)

/** The table that a text holds; `name` is how messages call it. */
export function parseCsv(
  text: string,
  name: string,
  { delimiter = ',', header = true }: CsvOptions = {},
): CsvTable {
  const records = parseRecords(text, name, delimiter)
  const first = records[0]
  if (first === undefined) throw new InputError(`${name}: expected a CSV file with rows, got an empty file`)
  const names = first.cells.map((cell, index) => (header ? cell || `column ${index + 1}` : String(index)))
  const body = header ? records.slice(1) : records
  if (header) checkNames(names, name)
  if (body.length === 0) throw new InputError(`${name}: expected rows below the header, got none`)
  for (const { cells, line } of body) {
    if (cells.length === names.length) continue
    throw new InputError(`${name} line ${line}: expected ${names.length} cells, got ${cells.length}`)
  }
  return { name, names, rows: body.map(({ cells }) => cells), lines: body.map(({ line }) => line) }
}

/** The table with only some of its rows, in the order given. */
export function selectRows(table: CsvTable, rows: readonly number[]): CsvTable {
  return { ...table, rows: rows.map((row) => table.rows[row]!), lines: rows.map((row) => table.lines[row]!) }
}

interface Line {
  readonly cells: string[]
  readonly line: number
}

function parseRecords(text: string, name: string, delimiter: string): Line[] {
  try {
    return parse(text, {
      bom: true,
      delimiter,
      relax_column_count: true,
      skip_empty_lines: true,
      // Trimming would eat the delimiter where that is a tab.
      trim: delimiter.trim() !== '',
      on_record: (cells, { lines }) => ({ cells, line: lines }) as unknown as string[],
    }) as unknown as Line[]
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new InputError(
      `${name} line ${String(error.lines)}: expected valid CSV, got an error: ${error.message}`,
    )
  }
}

function checkNames(names: readonly string[], file: string): void {
  const twice = names.find((name, index) => names.indexOf(name) < index)
  if (twice === undefined) return
  const hint = names.every((name) => name !== '' && !Number.isNaN(Number(name)))
    ? '; if the first line is data already, set config.data.header to false'
    : ''
  throw new InputError(`${file} line 1: expected column names that differ, got "${twice}" twice${hint}`)
}
