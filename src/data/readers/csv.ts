import { basename } from 'node:path'
import { InputError, quote } from '../../base/errors.js'
import { columnBuilder, type Column, type ColumnBuilder } from '../column.js'
import type { Table, ReadingReport } from '../content.js'
import { guessDelimiter } from './delimiter.js'
import { rowCutter, type RowsEnd } from './row-cutter.js'
import { readPieces } from './text-pieces.js'
import type { ReadOptions, Reader } from './types.js'

/** Comma-separated values and similar formats: text cells, one row per line. */
export const csv: Reader = {
  name: 'csv',
  description: 'a text file with delimiters',
  gives: 'table',
  options: ['delimiter', 'header', 'encoding', 'decimal', 'thousands'],
  takes: (path) => /\.(csv|tsv|txt|data|dat)$/.test(path),
  read: readCsv,
}

type CsvOptions = Partial<Pick<ReadOptions, 'delimiter' | 'header' | 'encoding' | 'decimal' | 'thousands'>>

/**
 * Reads a CSV file of any size, plain or gzip, into columns that take 8 bytes per cell. The encoding is that
 * of a byte-order mark, otherwise `encoding`, otherwise UTF-8; invalid bytes are errors. Without `delimiter`,
 * it is guessed from the first lines.
 */
export async function readCsv(path: string, options: CsvOptions = {}): Promise<Table> {
  const name = basename(path)
  const { pieces, encoding, how } = await readPieces(path, 'a CSV file', options.encoding)
  const text = pieces[Symbol.asyncIterator]()
  const beginning = await firstPieces(text)
  const usual = /\.tsv(\.gz)?$/i.test(path) ? '\t' : ','
  const delimiter = delimiterOf(options.delimiter) ?? guessDelimiter(beginning, usual)
  const rows = tableBuilder(name, options)
  const cutter = rowCutter(name, delimiter, rows.take)
  cutter.push(beginning)
  for (let next = await text.next(); next.done !== true; next = await text.next()) cutter.push(next.value)
  const { decimal = '.', thousands } = options
  const facts: ReadingReport['facts'] = {
    encoding: { value: encoding, how },
    delimiter: { value: delimiter, how: options.delimiter === undefined ? 'guessed' : 'set' },
    decimal: { value: decimal, how: options.decimal === undefined ? 'by default' : 'set' },
    ...(thousands !== undefined && { thousands: { value: thousands, how: 'set' } }),
  }
  return rows.table(cutter.end(), facts)
}

/** The cells of a file's first line: its column names, or its first row. */
export async function firstLine(path: string, encoding?: string): Promise<string[]> {
  const { pieces } = await readPieces(path, 'a CSV file', encoding)
  const beginning = await firstPieces(pieces[Symbol.asyncIterator]())
  let first: string[] | undefined
  const cutter = rowCutter(basename(path), guessDelimiter(beginning, ','), (cells) => {
    first ??= cells
  })
  cutter.push(beginning)
  return first ?? []
}

/**
 * Parses CSV text in memory, with all cells as text. `name` is used in messages. The first row has the column
 * names.
 */
export function parseCsv(text: string, name: string): { names: string[]; rows: string[][] } {
  const all: string[][] = []
  const lines: number[] = []
  const cutter = rowCutter(name, guessDelimiter(text, ','), (cells, line) => {
    all.push(cells)
    lines.push(line)
  })
  cutter.push(text)
  cutter.end()
  const [first, ...rows] = all
  if (first === undefined) throw new InputError(`${name}: expected a CSV file with rows, got an empty file`)
  const names = namesOf(first, true, name)
  rows.forEach((cells, i) => checkWidth(cells, names.length, `${name} line ${lines[i + 1]!}`))
  return { names, rows }
}

/** The number of characters by which the delimiter is guessed. */
const BEGINNING = 2 ** 16

async function firstPieces(text: AsyncIterator<string>): Promise<string> {
  let beginning = ''
  while (beginning.length < BEGINNING) {
    const next = await text.next()
    if (next.done === true) break
    beginning += next.value
  }
  return beginning
}

function delimiterOf(given: string | undefined): string | undefined {
  if (given === undefined || /^[^"\r\n]$/.test(given)) return given
  throw new InputError(
    `config.data.delimiter: expected one character that is no quote and no line end, got ${JSON.stringify(given)}`,
  )
}

/** Builds a table from rows as they arrive. */
function tableBuilder(name: string, { header = true, decimal, thousands }: CsvOptions) {
  const room = { bytes: 0 }
  const form = { decimal, thousands }
  const places: number[] = []
  let names: string[] | undefined
  let columns: ColumnBuilder[] = []
  let last = ''
  let shortest = Infinity

  const begin = (first: readonly string[]) => {
    names = namesOf(first, header, name)
    columns = names.map(() => columnBuilder(`data: ${name}`, room, form))
  }
  const take = (cells: string[], line: number) => {
    if (names === undefined) {
      begin(cells)
      if (header) return
    }
    checkWidth(cells, columns.length, `${name} line ${line}`)
    for (let c = 0; c < cells.length; c++) columns[c]!.add(cells[c]!)
    places.push(line)
    if (places.length > 1) shortest = Math.min(shortest, last.length)
    last = cells.at(-1)!
  }
  const table = ({ closed, emptyLines }: RowsEnd, facts: ReadingReport['facts']): Table => {
    if (names === undefined) throw new InputError(`${name}: expected a CSV file with rows, got an empty file`)
    if (places.length === 0) throw new InputError(`${name}: expected rows below the header, got none`)
    const built = columns.map((column) => column.build())
    const isShort = last.length < shortest && places.length > MANY
    const cut = isShort || isNewBeginning(built.at(-1)!, last)
    if (!closed && cut) {
      const remedy = 'if the file was not cut, put a line end behind it'
      throw new InputError(
        `${name} line ${places.at(-1)!}: expected a whole last row, got ${quote(last)} without a line end; ${remedy}`,
      )
    }
    const notes = [
      !closed && 'no line end behind the last row: if the file was cut, that row may not be whole',
      emptyLines > 0 && `${emptyLines} empty ${emptyLines === 1 ? 'line' : 'lines'} skipped`,
    ].filter((note) => note !== false)
    return { name, unit: 'line', names, columns: built, places, taken: { facts, notes } }
  }
  return { take, table }
}

/**
 * In a file that does not end with a line end, a last cell shorter than those of more than this many rows
 * suggests that the file was cut.
 */
const MANY = 5

/**
 * Whether the last cell is a text that occurs nowhere else, but is the beginning of another text: `re` below
 * `red`.
 */
function isNewBeginning({ cells, texts }: Column, last: string): boolean {
  const isNew = texts.at(-1) === last && cells.indexOf(cells.at(-1)!) === cells.length - 1
  return isNew && texts.some((text) => text !== last && text.startsWith(last))
}

function checkWidth(cells: readonly string[], columns: number, where: string): void {
  if (cells.length === columns) return
  const hint =
    cells.length === columns + 1 && cells.at(-1) === ''
      ? '; a delimiter ends this line, but not the first one'
      : ''
  throw new InputError(`${where}: expected ${columns} cells, got ${cells.length}${hint}`)
}

function namesOf(first: readonly string[], header: boolean, file: string): string[] {
  const names = first.map((cell, index) => (header ? cell || `column ${index + 1}` : String(index)))
  const seen = new Set<string>()
  const twice = names.find((name) => seen.size === seen.add(name).size)
  if (twice === undefined) return names
  const hint = names.every((name) => name !== '' && !Number.isNaN(Number(name)))
    ? '; if the first line is data already, set config.data.header to false'
    : '; rename one of them in the file'
  throw new InputError(`${file} line 1: expected column names that differ, got ${quote(twice)} twice${hint}`)
}
