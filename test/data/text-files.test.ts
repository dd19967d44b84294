import { gzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { guessDelimiter } from '../../src/data/readers/delimiter.js'
import { readCsv } from '../../src/data/readers/csv.js'
import { rowCutter } from '../../src/data/readers/row-cutter.js'
import { csv, rejection, rowsOf, workplace } from './helpers.js'

const { read, write } = workplace()
const names = csv('who,y', 12, (i) => [i % 2 ? 'Müller' : 'Möller', i + 0.5])

describe('the encoding of a text file', () => {
  it('is UTF-8, strictly', async () => {
    const latin = Buffer.from(names, 'latin1')
    expect(await rejection(readCsv(write(latin)))).toBe(
      'a.csv line 2 (byte 8): expected UTF-8, got the byte 0xf6; config.data.encoding names another encoding, ' +
        'for instance windows-1252 (Latin-1)',
    )
  })

  it('is what config.data.encoding says', async () => {
    for (const encoding of ['windows-1252', 'latin1', 'iso-8859-1']) {
      write(Buffer.from(names, 'latin1'))
      const found = await readCsv(write(Buffer.from(names, 'latin1')), { encoding })
      expect(
        rowsOf(found)
          .slice(0, 2)
          .map(([who]) => who),
      ).toEqual(['Möller', 'Müller'])
      expect(found.taken?.facts.encoding).toEqual({ value: 'windows-1252', how: 'set' })
    }
    expect(await rejection(readCsv(write(names), { encoding: 'utf-9' }))).toMatch(
      /^config\.data\.encoding: expected utf-8, windows-1252, .+ got "utf-9"$/,
    )
  })

  it.each([
    ['utf-16le', Buffer.from(`\uFEFF${names}`, 'utf16le')],
    ['utf-16be', Buffer.from(`\uFEFF${names}`, 'utf16le').swap16()],
    ['utf-8', Buffer.from(`\uFEFF${names}`)],
  ])('is what a byte-order mark says: %s', async (encoding, bytes) => {
    const found = await readCsv(write(bytes))
    expect(found.names).toEqual(['who', 'y'])
    expect(rowsOf(found)[1]).toEqual(['Müller', '1.5'])
    expect(found.taken?.facts.encoding).toEqual({ value: encoding, how: 'by its byte-order mark' })
  })

  it('is asked for where NUL says that it is another', async () => {
    expect(await rejection(readCsv(write(Buffer.from(names, 'utf16le'))))).toMatch(
      /^a\.csv line 1: expected text in utf-8, got a NUL character; .*config\.data\.encoding: utf-16le$/,
    )
    expect(await rejection(readCsv(write(new Uint8Array(1000))))).toMatch(
      /^a\.csv line 1: expected text in utf-8, got a NUL/,
    )
  })

  it('is looked at far behind the beginning, in gzip as well', async () => {
    const text = Buffer.from(csv('a,b', 300_000, (i) => [i, '€']))
    const at = text.length - 4
    text[at] = 0xff
    const expected = `a.csv line 300001 (byte ${at + 1}): expected UTF-8, got the byte 0x${text[at - 0]!.toString(16)}`
    expect(await rejection(readCsv(write(text)))).toContain(expected.slice(0, 60))
    expect(await rejection(readCsv(write(gzipSync(text))))).toContain('a.csv line 300001 (byte ')
  })

  it('keeps what stands for no character, and characters over a seam', async () => {
    const text = csv('a,b', 200_000, (i) => [i, '€\uFFFD😀'])
    const found = await readCsv(write(text))
    expect(found.columns[1]!.texts).toEqual(['€\uFFFD😀'])
  })

  it('names the end of a file that is cut inside a character', async () => {
    const bytes = Buffer.from('a,b\n1,ü')
    expect(await rejection(readCsv(write(bytes.subarray(0, -1))))).toContain(
      'a.csv line 2 (byte 7): expected UTF-8, got the byte 0xc3',
    )
  })
})

describe('the delimiter of a text file', () => {
  it.each([
    [';', 'a;b;c\n1,5;2,5;x\n2,5;3,5;y\n'],
    [';', '1,5;2,5\n3,5;4,5\n'],
    [';', '"a;1";b\n"x, y";2\n'],
    ['\t', 'a\tb\n1,5\tx, y\n'],
    ['|', 'a|b\n1|2\n'],
    [',', 'a,b\n"1;2",3\n"4;5",6\n'],
    [',', 'a\n1\n2\n'],
    [',', 'a,b\n1,2;3\n4,5;6\n'],
    [';', 'a;b\n1;2\n3;4;5\n6;7\n'],
  ])('is guessed to be %j', (delimiter, text) => {
    expect(guessDelimiter(text, ',')).toBe(delimiter)
  })

  it('is said', async () => {
    const { taken, names: columns } = await readCsv(write('a;b\n1;"2"\n3;"4"\n'))
    expect(columns).toEqual(['a', 'b'])
    expect(taken?.facts.delimiter).toEqual({ value: ';', how: 'guessed' })
    expect((await readCsv(write('a;b\n1;2\n'), { delimiter: ';' })).taken?.facts.delimiter?.how).toBe('set')
  })

  it.each(['"', '\n'])('is not %j', async (delimiter) => {
    expect(await rejection(readCsv(write('a;b\n1;2\n'), { delimiter }))).toMatch(
      /^config\.data\.delimiter: expected one/,
    )
  })
})

describe('rows of a text file', () => {
  const cut = (pieces: string[], delimiter = ',') => {
    const rows: string[][] = []
    const cutter = rowCutter('a.csv', delimiter, (cells) => rows.push(cells))
    pieces.forEach((piece) => cutter.push(piece))
    cutter.end()
    return rows
  }

  it('are those of another reader of CSV, wherever the text is cut into pieces', () => {
    const random = randomSource(5).stream('csv')
    const parts = ['a', ' ', '12', ',', ',', '\n', '\n', '"x,y"', '"\n"', '""""', '"a""b"', 'é', '\r\n', '""']
    let compared = 0
    for (let i = 0; i < 3000; i++) {
      const text = Array.from(
        { length: 1 + random.integer(20) },
        () => parts[random.integer(parts.length)]!,
      ).join('')
      const at = random.integer(text.length + 1)
      const second = at + random.integer(text.length - at + 1)
      const found = attempt(() => cut([text.slice(0, at), text.slice(at, second), text.slice(second)]))
      expect(found).toEqual(attempt(() => cut([text])))
      // csv-parse loses the rest of a row with blanks between quotes.
      if (found === 'error') continue
      const ends = text.includes('\r\n') ? '\r\n' : '\n'
      if (new Set(text.match(/\r?\n/g)).size > 1) continue
      const wanted = attempt(() =>
        parse(text, { relax_column_count: true, skip_empty_lines: true, trim: true, record_delimiter: ends }),
      )
      expect({ text, rows: found }).toEqual({ text, rows: wanted })
      compared += 1
    }
    expect(compared).toBeGreaterThan(500)
  })

  it.each([
    ['a,b\n1,2\n3', 'a.csv line 3: expected 2 cells, got 1'],
    ['a,b\n1,"x\n3,4\n', 'a.csv line 2: expected closing quotes, got the end of the file: was it cut?'],
    ['a,b\n1,red\n2,blue\n3,red\n4,blue\n5,bl', 'expected a whole last row, got "bl" without a line end'],
    [
      'a,b\n1,0.25\n2,0.50\n3,1.25\n4,1.75\n5,2.25\n6,1.',
      'expected a whole last row, got "1." without a line end',
    ],
    ['a,b\n1,\n', undefined],
    [
      'a,b\n1,2\n3,4,\n',
      'a.csv line 3: expected 2 cells, got 3; a delimiter ends this line, but not the first one',
    ],
    ['a,b\n1,2" x\n', 'a.csv line 2: expected quotes around a whole cell, got one inside it'],
  ])('that were cut are told: %j', async (text, expected) => {
    if (expected === undefined) await readCsv(write(text))
    else expect(await rejection(readCsv(write(text)))).toContain(expected)
  })

  it('of more than 2²⁰ cells are refused while they are read', () => {
    const commas = ','.repeat(2 ** 19)
    expect(cut([commas, commas.slice(1)])[0]).toHaveLength(2 ** 20)
    expect(() => cut(['a\n', commas, commas, commas])).toThrow(
      'a.csv line 2: expected at most 1048576 cells, got more',
    )
  })

  it('without a line end behind the last one are noted, and empty lines', async () => {
    expect((await readCsv(write('a,b\n1,2\n\n3,4'))).taken?.notes).toEqual([
      'no line end behind the last row: if the file was cut, that row may not be whole',
      '1 empty line skipped',
    ])
    expect((await readCsv(write('a,b\n1,2\n3,4\n'))).taken?.notes).toEqual([])
  })
})

describe('what a table was taken for', () => {
  it('is told column by column', async () => {
    const text = csv('id;n;c;b;k;d;y', 12, (i) => [
      `${i};${i / 2};${'uvw'[i % 3]!};${i % 2};7;2020-01-0${(i % 3) + 1};${i + 0.5}`,
    ])
    const { reading } = await read(text, { target: 'y', drop: ['id'] })
    expect(reading?.facts.delimiter).toEqual({ value: ';', how: 'guessed' })
    expect(reading?.columns).toEqual([
      { name: 'id', role: 'dropped', why: 'config.data.drop' },
      { name: 'n', role: 'input', kind: 'number', why: 'its cells are numbers' },
      { name: 'c', role: 'input', kind: 'category', levels: 3, why: 'its cells are text' },
      { name: 'b', role: 'input', kind: 'binary', levels: 2, why: 'its cells are numbers' },
      { name: 'k', role: 'input', kind: 'constant', levels: 1, why: 'its cells are numbers' },
      { name: 'd', role: 'input', kind: 'category', levels: 3, why: 'its cells are dates: text' },
      { name: 'y', role: 'target', kind: 'number', why: expect.stringContaining('numbers') as string },
    ])
  })
})

function attempt(run: () => string[][]): string[][] | 'error' {
  try {
    return run()
  } catch {
    return 'error'
  }
}
