import { basename } from 'node:path'
import { parquetReadObjects, parquetSchema, parquetMetadata } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { InputError } from '../../base/errors.js'
import { readBytes } from '../../base/data-file.js'
import { tableOf, type Table } from '../content.js'
import type { ReadOptions, Reader } from './types.js'

/** Apache Parquet: columns of numbers, text, truth values, dates; any codec. Its cells read as those of CSV. */
export const parquet: Reader = {
  name: 'parquet',
  description: 'Apache Parquet: flat columns',
  gives: 'table',
  takes: (path) => /\.(parquet|pq)$/.test(path),
  read: readParquet,
}

async function readParquet(path: string, options: Partial<ReadOptions> = {}): Promise<Table> {
  const name = basename(path)
  const bytes = readBytes(path, 'data', 'a Parquet file')
  const file = new Uint8Array(bytes).buffer
  const { names, rows } = await parse(name, file)
  if (rows.length === 0) throw new InputError(`${name}: expected rows, got none`)
  return tableOf(
    {
      name,
      unit: 'row',
      names,
      rows: rows.map((row, i) =>
        names.map((column) => cellOf(row[column], `${name} row ${i + 1}, column "${column}"`)),
      ),
      places: rows.map((_, row) => row + 1),
    },
    options,
  )
}

async function parse(name: string, file: ArrayBuffer) {
  try {
    const metadata = parquetMetadata(file)
    const names = parquetSchema(metadata).children.map(({ element }) => element.name)
    return { names, rows: await parquetReadObjects({ file, metadata, compressors }) }
  } catch (error) {
    throw new InputError(`${name}: expected a Parquet file, got an error: ${(error as Error).message}`)
  }
}

/** A number, or any other value as the text that a CSV file would hold. */
function cellOf(value: unknown, where: string): string | number {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string' || typeof value === 'number') return value
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (value instanceof Date) return value.toISOString()
  throw new InputError(`${where}: expected a number, text, a truth value or a date, got ${typeof value}`)
}
