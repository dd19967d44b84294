import { basename } from 'node:path'
import { parquetMetadata, parquetSchema, type FileMetaData, type SchemaElement } from 'hyparquet'
import { readBytes } from '../../base/data-file.js'
import { InputError } from '../../base/errors.js'
import { checkFits } from '../../base/limit.js'
import { columnBuilder, type Column as Cells } from '../column.js'
import type { Table } from '../content.js'
import { damageOf } from './damage.js'
import { isDecimal, readColumn, type ColumnChunk } from './parquet-column.js'
import type { ReadOptions, Reader } from './types.js'

/**
 * Apache Parquet: columns of numbers, texts, booleans and dates, with any codec. Its cells have the same
 * meaning as those of a CSV file.
 */
export const parquet: Reader = {
  name: 'parquet',
  description: 'Apache Parquet: flat columns',
  gives: 'table',
  takes: (path) => /\.(parquet|pq)$/.test(path),
  read: readParquet,
}

/** The minimum bytes of a value, decoded and as a cell. */
const bytesOfValue = 16

function readParquet(path: string, options: Partial<ReadOptions> = {}): Table {
  const name = basename(path)
  const bytes = readBytes(path, 'data', 'a Parquet file')
  const { metadata, columns, groups } = guarded(name, () => layoutOf(name, bytes))
  const names = columns.map(({ element }) => element.name)
  const count = groups.reduce((sum, rows) => sum + rows, 0)
  if (count === 0) throw new InputError(`${name}: expected rows, got none`)
  checkFits(name, count * columns.length * bytesOfValue, 'cells')
  const room = { bytes: 0 }
  const cells = columns.map(({ element, path: schema }, c): Cells => {
    const builder = columnBuilder(`data: ${name}`, room, options)
    let row = 0
    const where = () => `${name} row ${row}, column "${names[c]!}"`
    metadata.row_groups.forEach((group, g) => {
      const chunk = guarded(name, () => chunkOf(bytes, metadata, group.columns[c], groups[g]!, schema))
      for (const values of guarded(`${name}, column "${names[c]!}"`, () => readColumn(chunk))) {
        for (const value of values as ArrayLike<unknown> & Iterable<unknown>) {
          row++
          const cell = cellOf(value, element, where)
          if (typeof cell === 'string') builder.add(cell)
          else builder.addNumber(cell)
        }
      }
    })
    return builder.build()
  })
  return {
    name,
    unit: 'row',
    names,
    columns: cells,
    places: Array.from({ length: count }, (_, row) => row + 1),
  }
}

/** Converts errors of the library, and of the checks before it, into errors of the input. */
function guarded<T>(name: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof InputError) throw error
    throw new InputError(`${name}: expected a Parquet file, got an error: ${damageOf(error)}`)
  }
}

interface Column {
  readonly element: SchemaElement
  readonly path: ColumnChunk['path']
}

/** The columns of a file, and the number of rows in each of its groups. */
function layoutOf(
  name: string,
  bytes: Buffer,
): { metadata: FileMetaData; columns: Column[]; groups: number[] } {
  const metadata = parquetMetadata(bytes, { geoparquet: false })
  const root = parquetSchema(metadata)
  const columns = root.children.map((leaf) => ({ element: leaf.element, path: [root, leaf] as const }))
  const nested = root.children.find(
    ({ children, element }) => children.length > 0 || element.repetition_type === 'REPEATED',
  )
  if (nested !== undefined)
    throw new InputError(`${name}, column "${nested.element.name}": expected a flat column, got a nested one`)
  const names = columns.map(({ element }) => element.name)
  if (names.some((each) => typeof each !== 'string')) throw new Error('a column has no name')
  const seen = new Set<string>()
  const twice = names.find((each) => seen.size === seen.add(each).size)
  if (twice !== undefined)
    throw new InputError(`${name}: expected column names that differ, got "${twice}" twice`)
  const groups = metadata.row_groups.map((group) => Number(group.num_rows))
  const sum = groups.reduce((total, rows) => total + rows, 0)
  if (!groups.every((rows) => rows >= 0)) throw new Error('a group does not say how many rows it has')
  if (sum !== Number(metadata.num_rows))
    throw new Error(`its groups have ${sum} rows, and it says ${metadata.num_rows ?? 'nothing'}`)
  const uneven = metadata.row_groups.find((group) => group.columns.length !== columns.length)
  if (uneven !== undefined)
    throw new Error(`a group has ${uneven.columns.length} of ${columns.length} columns`)
  return { metadata, columns, groups }
}

/** Locates a column of a group, after checking its metadata against the file. */
function chunkOf(
  bytes: Buffer,
  { metadata_length: tail }: FileMetaData,
  chunk: FileMetaData['row_groups'][number]['columns'][number] | undefined,
  rows: number,
  path: ColumnChunk['path'],
): ColumnChunk {
  const meta = chunk?.meta_data
  const { name, type } = path[1].element
  if (meta === undefined || chunk?.file_path) throw new Error(`column "${name}" stands in another file`)
  if (meta.path_in_schema.join('.') !== name || meta.type !== type || Number(meta.num_values) !== rows)
    throw new Error(
      `a group does not hold ${rows} values of column "${name}" as ${type ?? 'an unknown type'}`,
    )
  // Some programs write 0 if there is no dictionary.
  const from = Number(meta.dictionary_page_offset ?? 0) || Number(meta.data_page_offset)
  const to = from + Number(meta.total_compressed_size)
  if (!(from >= 4 && to >= from && to <= bytes.length - 8 - tail))
    throw new Error(`column "${name}" stands at bytes ${from} to ${to}, outside the data`)
  return { bytes: bytes.subarray(from, to), rows, meta, path }
}

/**
 * Converts a value to a number, or to the text that a CSV file would contain. The latter includes integers
 * that a float cannot represent.
 */
function cellOf(value: unknown, element: SchemaElement, where: () => string): string | number {
  if (value === null) return ''
  if (value === undefined) throw new InputError(`${where()}: expected a value of the column, got none`)
  if (isDecimal(element)) return decimalOf(value as number | bigint | Uint8Array, element.scale ?? 0, where)
  if (typeof value === 'string' || typeof value === 'number') return value
  if (typeof value === 'bigint') return numberOr(value, String(value))
  if (typeof value === 'boolean') return String(value)
  if (value instanceof Date) return dateText(value, where)
  throw new InputError(`${where()}: expected a number, text, a truth value or a date, got ${typeof value}`)
}

/**
 * Returns the number that a text writes, unless its integer (for a decimal, all its digits) is too large for
 * a float; then the text.
 */
const numberOr = (integer: bigint, text: string): string | number =>
  Number.isSafeInteger(Number(integer)) ? Number(text) : text

function dateText(date: Date, where: () => string): string {
  if (!Number.isNaN(date.getTime())) return date.toISOString()
  throw new InputError(`${where()}: expected a date, got one out of range`)
}

/**
 * Converts a decimal fraction: an integer (its bytes are big-endian two's complement) with `scale` digits
 * after the point.
 */
function decimalOf(value: number | bigint | Uint8Array, scale: number, where: () => string): string | number {
  if (!(scale >= 0 && scale < 1000))
    throw new InputError(`${where()}: expected a decimal, got one of ${scale} digits behind its point`)
  const integer =
    value instanceof Uint8Array
      ? BigInt.asIntN(8 * value.length, BigInt(`0x0${Buffer.from(value).toString('hex')}`))
      : BigInt(value)
  const digits = String(integer < 0n ? -integer : integer).padStart(scale + 1, '0')
  const point = digits.length - scale
  const fraction = scale > 0 ? `.${digits.slice(point)}` : ''
  return numberOr(integer, `${integer < 0n ? '-' : ''}${digits.slice(0, point)}${fraction}`)
}
