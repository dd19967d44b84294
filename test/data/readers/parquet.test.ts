import type { Dataset } from '../../../src/data/types.js'
import { gzipSync } from 'node:zlib'
import { writeFileSync } from 'node:fs'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { encodeRecords } from '../../../src/data/records.js'
import { rejection } from '../helpers.js'
import { readingPlace } from './helpers.js'

const { at, read, write } = readingPlace()
type Columns = Parameters<typeof parquetWriteBuffer>[0]['columnData']
const table: Columns = [
  { name: 'a', data: [1, 2.5, null, 4], type: 'DOUBLE', nullable: true },
  { name: 'n', data: [1n, 2n, 3n, 4n], type: 'INT64' },
  { name: 'colour', data: ['red', 'blue', 'red', 'blue'], type: 'STRING' },
  { name: 'old', data: [true, false, true, true], type: 'BOOLEAN' },
  { name: 'y', data: [0.1, 0.2, 0.3, 0.4], type: 'DOUBLE' },
]
const parquetFile = (columnData: Columns, options: object = {}) =>
  new Uint8Array(parquetWriteBuffer({ columnData, ...options }))

describe('the Parquet reader', () => {
  it('reads what the same table reads as CSV', async () => {
    write('t.parquet', parquetFile(table))
    write(
      't.csv',
      'a,n,colour,old,y\n1,1,red,true,0.1\n2.5,2,blue,false,0.2\n,3,red,true,0.3\n4,4,blue,true,0.4\n',
    )
    const options = { target: 'y', missing: 'mean', categorical: ['n'], drop: ['old'] }
    const data = await read({ file: 't.parquet', ...options })
    const same = await read({ file: 't.csv', ...options })
    expect(data.features).toEqual(['a', 'n=1', 'n=2', 'n=3', 'n=4', 'colour=blue', 'colour=red'])
    const alike = (each: Dataset) => ({
      ...each,
      name: '',
      hash: '',
      encoding: each.encoding.columns,
      reading: each.reading?.columns,
    })
    expect(alike(data)).toEqual(alike(same))
  })

  it.each(['UNCOMPRESSED', 'SNAPPY'])('reads codec %s, over row groups', async (codec) => {
    const data = Array.from({ length: 1000 }, (_, i) => i / 8)
    write(
      't.parquet',
      parquetFile(
        [
          { name: 'x', data, type: 'DOUBLE' },
          { name: 'y', data: data.map((x) => -x), type: 'FLOAT' },
        ],
        { codec, rowGroupSize: 300 },
      ),
    )
    const { inputs, targets, rows } = await read({ file: 't.parquet', target: 'y' })
    expect(rows).toBe(1000)
    expect([...inputs]).toEqual(data)
    expect(targets[999]).toBe(-999 / 8)
  })

  it('reads gzip pages', async () => {
    const gzip = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes))
    write('t.parquet', parquetFile(table, { codec: 'GZIP', compressors: { GZIP: gzip } }))
    expect((await read({ file: 't.parquet', target: 'n', missing: 'mean' })).rows).toBe(4)
  })

  it('splits by a column of dates', async () => {
    const days = [3, 1, 2].map((day) => new Date(Date.UTC(2024, 0, day)))
    write(
      't.parquet',
      parquetFile([
        { name: 'when', data: days, type: 'TIMESTAMP' },
        { name: 'x', data: [1, 2, 3], type: 'DOUBLE' },
        { name: 'y', data: [1, 2, 4], type: 'DOUBLE' },
      ]),
    )
    const { keys } = await read({ file: 't.parquet', target: 'y' }, { by: 'time', column: 'when' })
    expect(keys).toEqual(days.map(Number))
  })

  it('predicts Parquet with a model of CSV, and CSV with one of Parquet', async () => {
    const columns = table.slice(1)
    write('t.parquet', parquetFile(columns))
    write('t.csv', 'n,colour,old,y\n1,red,true,0.1\n2,blue,false,0.2\n3,red,true,0.3\n4,blue,true,0.4\n')
    for (const [trained, fresh] of [
      ['t.csv', 't.parquet'],
      ['t.parquet', 't.csv'],
    ] as const) {
      const { encoding, inputs } = await read({ file: trained, target: 'y' })
      const records = await encodeRecords(encoding, at(fresh))
      expect(records.inputs).toEqual(inputs)
      expect(records.unit).toBe(fresh === 't.csv' ? 'line' : 'row')
    }
  })

  it('refuses other files, nested values, missing cells, and no rows', async () => {
    write('t.parquet', 'no parquet at all')
    expect(await rejection(read({ file: 't.parquet', target: 'y' }))).toMatch(
      /^t\.parquet: expected a Parquet file, got an error: /,
    )
    writeFileSync(at('cut.parquet'), parquetFile(table).subarray(0, 60))
    expect(await rejection(read({ file: 'cut.parquet', target: 'y' }))).toMatch(
      /^cut\.parquet: expected a Parquet file/,
    )
    write('t.parquet', parquetFile(table))
    expect(await rejection(read({ file: 't.parquet', target: 'y' }))).toMatch(
      /^t\.parquet row 3, column "a": expected a value, got an empty cell/,
    )
    write(
      't.parquet',
      parquetFile([
        { name: 'j', data: [{ a: 1 }, { a: 2 }], type: 'JSON' },
        { name: 'y', data: [1, 2], type: 'DOUBLE' },
      ]),
    )
    expect(await rejection(read({ file: 't.parquet', target: 'y' }))).toBe(
      't.parquet row 1, column "j": expected a number, text, a truth value or a date, got object',
    )
    write('t.parquet', parquetFile([{ name: 'y', data: [], type: 'DOUBLE' }]))
    expect(await rejection(read({ file: 't.parquet', target: 'y' }))).toBe(
      't.parquet: expected rows, got none',
    )
  })
})
