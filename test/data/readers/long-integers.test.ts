import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { rejection } from '../helpers.js'
import { npyFile, readingPlace } from './helpers.js'

const { read, write } = readingPlace()

/** Three neighbours, which 64-bit floats cannot tell apart. */
const near = [2n ** 53n, 2n ** 53n + 1n, 2n ** 53n + 2n]
const labels = [...near, ...near]
const classes = near.map(String)
const x = Float64Array.from(labels, (_, i) => i)

const parquet = (column: 'y' | 'x') =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: column, data: labels, type: 'INT64' },
        { name: column === 'y' ? 'x' : 'y', data: [...x], type: 'DOUBLE' },
      ],
    }),
  )
const csv = (header: string) => `${header}\n${labels.map((label, i) => `${label},${i}`).join('\n')}\n`

describe('integers beyond 2⁵³', () => {
  it('stay apart as classes, in CSV, Parquet and NumPy, signed or not, in one column or more', async () => {
    write('t.csv', csv('y,x'))
    write('t.parquet', parquet('y'))
    write('x.npy', npyFile('<f8', [6, 1], x))
    write('y.npy', npyFile('<i8', [6], BigInt64Array.from(labels)))
    write('u.npy', npyFile('<u8', [6, 1], BigUint64Array.from(labels)))
    const sources = [
      { file: 't.csv', target: 'y' },
      { file: 't.parquet', target: 'y' },
      { file: 'x.npy', targetFile: 'y.npy' },
      { file: 'x.npy', targetFile: 'u.npy' },
    ]
    for (const source of sources) {
      const { task, targets } = await read(source)
      expect(task, JSON.stringify(source)).toEqual({ kind: 'classification', classes })
      expect([...targets]).toEqual([0, 1, 2, 0, 1, 2])
    }
  })

  it('stay apart where 32-bit floats would merge them', async () => {
    write('x.npy', npyFile('<f8', [4, 1], x.subarray(0, 4)))
    write('y.npy', npyFile('<i4', [4, 1], Int32Array.of(16777216, 16777217, 16777216, 16777217)))
    const { task } = await read({ file: 'x.npy', targetFile: 'y.npy' })
    expect(task).toEqual({ kind: 'classification', classes: ['16777216', '16777217'] })
  })

  it('stay apart as categories', async () => {
    for (const [file, content] of [
      ['t.csv', csv('x,y')],
      ['t.parquet', parquet('x')],
    ] as const) {
      write(file, content)
      const { features } = await read({ file, target: 'y', categorical: ['x'] })
      expect(features).toEqual(classes.map((each) => `x=${each}`))
    }
  })

  it('are refused as numbers where these lose digits, and only there', async () => {
    write('t.csv', csv('x,y'))
    write('t.parquet', parquet('x'))
    const hint = '; a column of categories that look like numbers goes into config.data.categorical'
    expect(await rejection(read({ file: 't.csv', target: 'y' }))).toBe(
      `t.csv line 3, column "x": expected a number that keeps its digits (up to 2⁵³), got "9007199254740993"${hint}`,
    )
    expect(await rejection(read({ file: 't.parquet', target: 'y' }))).toBe(
      `t.parquet row 2, column "x": expected a number that keeps its digits (up to 2⁵³), got "9007199254740993"${hint}`,
    )
    write('x.npy', npyFile('<i8', [6, 1], BigInt64Array.from(labels)))
    write('y.npy', npyFile('<f8', [6], x))
    expect(await rejection(read({ file: 'x.npy', targetFile: 'y.npy' }))).toBe(
      'x.npy row 2, value 1: expected an integer that keeps its digits as a number (up to 2⁵³), got 9007199254740993',
    )
    // 2⁶⁰, what JavaScript writes for 1.2e20 + 16384, and a float of Python.
    write('t.csv', 'x,y\n1152921504606846976,1\n120000000000000020000,2\n1.2345678901234567e+20,4\n')
    expect((await read({ file: 't.csv', target: 'y', task: 'regression' })).inputs[0]).toBe(2 ** 60)
  })
})
