import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readCsv } from '../../src/data/readers/csv.js'
import { rejection, rowsOf, workplace } from './helpers.js'

const { folder, write } = workplace()
const read = async (content: string | Uint8Array, options = {}) => {
  const table = await readCsv(write(content), options)
  return { ...table, rows: rowsOf(table) }
}

describe('readCsv', () => {
  it('reads names, cells and the lines they stand on', async () => {
    const table = await read('a,b\n1,x\n\n2,"y\nz"\n3,w\n')
    expect(table.name).toBe('a.csv')
    expect(table.names).toEqual(['a', 'b'])
    expect(table.rows).toEqual([
      ['1', 'x'],
      ['2', 'y\nz'],
      ['3', 'w'],
    ])
    expect(table.places).toEqual([2, 5, 6])
  })

  it('names columns by index without a header', async () => {
    const table = await read('1,2\n3,4\n', { header: false })
    expect(table.names).toEqual(['0', '1'])
    expect(table.places).toEqual([1, 2])
  })

  it.each([
    [';', 'a;b\r\n1;2\r\n'],
    ['\t', 'a\tb\n1\t2\n'],
    [',', '\uFEFFa, b\n 1 ,2'],
  ])('takes delimiter %j, line ends, a byte-order mark, spaces', async (delimiter, text) => {
    const table = await read(text, { delimiter })
    expect(table.names).toEqual(['a', 'b'])
    expect(table.rows).toEqual([['1', '2']])
  })

  it('keeps empty cells between tabs', async () => {
    expect((await read('a\tb\tc\n\t\t1\n', { delimiter: '\t' })).rows).toEqual([['', '', '1']])
  })

  it('reads gzip, whatever the name', async () => {
    expect((await read(gzipSync('a,b\n1,2\n'))).rows).toEqual([['1', '2']])
  })

  it('names columns without a name', async () => {
    expect((await read(',b\n1,2\n')).names).toEqual(['column 1', 'b'])
  })

  it.each([
    ['', 'a.csv: expected a CSV file with rows, got an empty file'],
    ['\n\n', 'a.csv: expected a CSV file with rows, got an empty file'],
    ['a,b\n', 'a.csv: expected rows below the header, got none'],
    ['a,b\n1,2\n1,2,3\n', 'a.csv line 3: expected 2 cells, got 3'],
    ['a,b\n1,2\n\n1\n', 'a.csv line 4: expected 2 cells, got 1'],
    [
      'a,b,a\n1,2,3\n',
      'a.csv line 1: expected column names that differ, got "a" twice; rename one of them in the file',
    ],
    [
      '0,5,0\n1,2,3\n',
      'a.csv line 1: expected column names that differ, got "0" twice; if the first line is data already, set config.data.header to false',
    ],
  ])('refuses %j', async (text, expected) => {
    expect(await rejection(read(text))).toBe(expected)
  })

  it('names the line of broken quotes', async () => {
    expect(await rejection(read('a,b\n1,"2"x\n'))).toMatch(
      'a.csv line 2: expected "," or the line\'s end behind closing quotes, got "x"',
    )
    expect(await rejection(read('a,b\n1,"2\n3,4\n'))).toMatch(
      'a.csv line 2: expected closing quotes, got the end of the file: was it cut?',
    )
  })

  it('refuses what is no file, and broken gzip', async () => {
    const none = join(folder, 'none.csv')
    expect(await rejection(readCsv(none))).toBe(`data: expected a CSV file, got "${none}" (no such file)`)
    expect(await rejection(readCsv(folder))).toBe(`data: expected a CSV file, got "${folder}" (a folder)`)
    expect(await rejection(read(gzipSync('a,b\n1,2\n').subarray(0, 15)))).toMatch(
      /\(unexpected end of file\)$/,
    )
  })
})
