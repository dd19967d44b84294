import type { Dataset } from '../../../src/data/types.js'
import { gzipSync } from 'node:zlib'
import { readFileSync, writeFileSync } from 'node:fs'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../../src/base/errors.js'
import { packagePath } from '../../../src/base/files.js'
import { parquet } from '../../../src/data/readers/parquet.js'
import type { Table } from '../../../src/data/content.js'
import { encodeRecords } from '../../../src/data/records.js'
import { rejection } from '../helpers.js'
import { cellsOf } from './damaged.js'
import { readingPlace } from './helpers.js'
import { processorClock } from '../../helpers/processor.js'

const { at, read, write } = readingPlace()
const fixture = (name: string) => readFileSync(packagePath('test/data/readers/fixtures', `${name}.parquet`))
const tableOf = (bytes: Uint8Array) =>
  parquet.read(write('t.parquet', bytes), { header: true, labelBytes: 1, resize: 'refuse' }) as Table
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

  it.each(['zstd', 'lz4', 'brotli', 'delta', 'delta-v2', 'checksum', 'gzip-v2'])(
    'reads what another program wrote: %s',
    async (name) => {
      write('t.parquet', fixture(name))
      const options = { target: 'y', missing: 'mean', categorical: ['l'], drop: ['t'], task: 'regression' }
      const { rows, features, inputs } = await read({ file: 't.parquet', ...options })
      expect(rows).toBe(40)
      expect(features.filter((feature) => feature.startsWith('l='))).toHaveLength(40)
      const column = (feature: string, row: number) =>
        inputs[row * features.length + features.indexOf(feature)]
      // i is i² − 50 but for every seventh, d is (37 i − 500) / 100, s changes in threes.
      expect([0, 3, 39].map((row) => column('i', row))).toEqual([-50, NaN, 1471])
      expect([0, 39].map((row) => Math.fround(column('d', row)!))).toEqual([-5, 9.43].map(Math.fround))
      expect([0, 1, 2, 39].map((row) => column('s=red', row))).toEqual([1, 0, 0, 1])
    },
  )

  it('refuses two columns of one name', async () => {
    write('t.parquet', fixture('twice'))
    expect(await rejection(read({ file: 't.parquet', target: 'y' }))).toBe(
      't.parquet: expected column names that differ, got "x" twice',
    )
  })

  it('checks the checksums of pages', () => {
    const whole = fixture('checksum')
    const cells = (bytes: Uint8Array) => JSON.stringify(cellsOf(tableOf(bytes)))
    const expected = cells(whole)
    let told = 0
    // The pages, their headers with them, but not the metadata behind.
    for (let at = 60; at < 1200; at += 10) {
      const damaged = new Uint8Array(whole)
      damaged[at]! ^= 4
      try {
        expect(cells(damaged), `byte ${at}`).toBe(expected)
      } catch (error) {
        if (!(error instanceof InputError)) throw error
        if (error.message.includes('a page has not the checksum of its header')) told++
      }
    }
    expect(told).toBeGreaterThan(60)
  })

  it('ends with any one bit of a plain file flipped: a run of no values, or of 2³¹, is no endless one', () => {
    const whole = parquetFile(table, { codec: 'UNCOMPRESSED' })
    const seconds = processorClock()
    for (let at = 4; at < whole.length; at++) {
      const damaged = whole.slice()
      damaged[at]! ^= 128
      try {
        tableOf(damaged)
      } catch (error) {
        expect(error).toBeInstanceOf(InputError)
      }
    }
    expect(seconds()).toBeLessThan(20)
  })
})
