import { basename } from 'node:path'
import { CsvError, parse } from 'csv-parse/sync'
import { InputError } from '../../base/errors.js'
import { readText } from '../../base/data-file.js'
import type { Table } from '../content.js'
import type { ReadOptions, Reader } from './types.js'

/** Comma-separated values and their relatives: text cells, a row a line. */
export const csv: Reader = {
  name: 'csv',
  description: 'a text file with delimiters',
  gives: 'table',
  options: ['delimiter', 'header'],
  takes: (path) => /\.(csv|tsv|txt|data|dat)$/.test(path),
  read: readCsv,
}

/**
 * Reads a CSV file, plain or gzip, UTF-8 with or without a byte-order mark. Without a `delimiter` it is a tab
 * in a file `.tsv`, else a comma.
 */
export function readCsv(path: string, options: CsvOptions = {}): Table {
  const { delimiter = /\.tsv(\.gz)?$/i.test(path) ? '\t' : ',', header } = options
  const text = readText(path, 'data', 'a CSV file')
  return parseCsv(text, basename(path), { delimiter, ...(header !== undefined && { header }) })
}

type CsvOptions = Partial<Pick<ReadOptions, 'delimiter' | 'header'>>

/** The table that a text holds; `name` is how messages call it. */
export function parseCsv(
  text: string,
  name: string,
  { delimiter = ',', header = true }: CsvOptions = {},
): Table {
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
  return {
    name,
    unit: 'line',
    names,
    rows: body.map(({ cells }) => cells),
    places: body.map(({ line }) => line),
  }
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
