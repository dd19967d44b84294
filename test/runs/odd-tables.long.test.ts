import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { InputError } from '../../src/base/errors.js'
import { resolveConfig, useBackend } from '../../src/index.js'
import { searchRun } from '../../src/runs.js'
import { processorClock } from '../helpers/processor.js'

let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sentei-odd-'))
  await useBackend('cpu')
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Training is over in a blink: what takes longer than this hangs. */
const SECONDS = 60
const GB = 2 ** 30

const lines = (header: string, rows: number, row: (i: number) => (string | number)[], end = '\n') =>
  [header, ...Array.from({ length: rows }, (_, i) => row(i).join(','))]
    .map((line) => `${line}${end}`)
    .join('')

const plain = (rows: number) =>
  lines('a,b,y', rows, (i) => [i % 7, (i * i) % 11, (i % 7) + ((i * i) % 11) / 2])
const classes = (rows: number, of: (i: number) => string) =>
  lines('a,b,y', rows, (i) => [i % 7, (i * i) % 11, of(i)])

type Odd = readonly [name: string, text: string | Uint8Array, outcome: 'ends' | RegExp, data?: object]

const tables: readonly Odd[] = [
  ['one row', plain(1), /expected/],
  ['two rows', plain(2), /expected/],
  ['one column', lines('y', 40, (i) => [i % 9]), /expected columns beside the target, got none/],
  ['nothing at all', '', /got an empty file/],
  ['a header only', 'a,b,y\n', /expected rows below the header, got none/],
  [
    'all constant',
    lines('a,b,y', 40, () => [1, 2, 3]),
    /expected (a target that varies|at least two classes)/,
  ],
  [
    'constant inputs',
    lines('a,b,y', 40, (i) => [1, 2, i + 0.5]),
    /rows with equal inputs stay together, and there is only 1 set of such rows/,
  ],
  [
    'all missing',
    lines('a,b,y', 40, (i) => ['NA', '', i + 0.5]),
    /got only missing cells/,
    { missing: 'mean' },
  ],
  ['a missing target', lines('a,b,y', 40, (i) => [i, i, '?']), /expected/, { missing: 'mean' }],
  [
    'a header twice',
    lines('a,a,y', 40, (i) => [i, i, i]),
    /expected column names that differ, got "a" twice/,
  ],
  ['names that are empty', lines(',,y', 40, (i) => [i % 5, i % 3, i + 0.5]), 'ends'],
  ['one class', classes(40, () => 'same'), /expected at least two classes, got only "same"/],
  ['a class with one row', classes(60, (i) => (i === 7 ? 'rare' : i % 2 ? 'u' : 'v')), 'ends'],
  ['a class for each row', classes(60, (i) => `n${i}`), /expected classes that repeat/],
  [
    'a cell of 10 MB',
    lines('a,b,y', 40, (i) => [i, i === 3 ? 'x'.repeat(10_000_000) : 'short', i + 0.5]),
    /expected categories of at most 1000 characters/,
  ],
  [
    'a cell of 10 MB among numbers',
    lines('a,b,y', 40, (i) => [i, i === 3 ? '1'.repeat(10_000_000) : i, i + 0.5]),
    /expected a number/,
  ],
  ['a name of 1 MB', lines(`${'n'.repeat(1_000_000)},b,y`, 40, (i) => [i, i % 3, i + 0.5]), 'ends'],
  [
    'the word Infinity',
    lines('a,b,y', 40, (i) => [i, i % 4 ? i : 'Infinity', i]),
    /expected a number, got "Infinity"/,
  ],
  [
    'NaN as a cell',
    lines('a,b,y', 40, (i) => [i, i % 4 ? i : 'NaN', i + 0.5]),
    'ends',
    { missing: 'median' },
  ],
  ['numbers beyond 32 bits', lines('a,b,y', 40, (i) => [i, '1e39', i]), /expected a number below 3\.4e38/],
  ['numbers beyond 64 bits', lines('a,b,y', 40, (i) => [i, '1e400', i]), /expected a number below 3\.4e38/],
  [
    'tiny and large numbers',
    lines('a,b,y', 60, (i) => [`${i}e-40`, `${(i % 7) + 1}e37`, (i % 7) + 0.5]),
    'ends',
  ],
  ['negative zero', lines('a,b,y', 60, (i) => [i % 2 ? '-0' : '0', i % 5, (i % 5) + 0.5]), 'ends'],
  ['dates', lines('a,day,y', 60, (i) => [i % 5, `2020-01-${String(10 + (i % 9))}`, (i % 5) + 0.5]), 'ends'],
  [
    'a date for each row',
    lines('a,day,y', 300, (i) => [i, `${1000 + i}-01-01`, i + 0.5]),
    /at most 200 categories/,
  ],
  [
    'truth values',
    lines('a,b,n,y', 60, (i) => [
      i % 2 ? 'true' : 'false',
      i % 3 ? 'TRUE' : 'FALSE',
      i,
      i % 2 ? 'yes' : 'no',
    ]),
    'ends',
  ],
  [
    'truth values alone',
    lines('a,b,y', 60, (i) => [i % 2 ? 'true' : 'false', i % 3 ? 'TRUE' : 'FALSE', i % 2 ? 'yes' : 'no']),
    /there are only 4 sets of such rows/,
  ],
  [
    'names in other scripts',
    lines('größe,🦊,目標', 60, (i) => [i % 5, i % 2 ? '😀' : 'ß', (i % 5) + 0.5]),
    'ends',
    { target: '目標' },
  ],
  [
    'HTML in names and cells',
    lines('<b>a</b>,"<script>alert(1)</script>",y', 60, (i) => [
      i % 5,
      '<img src=x onerror=alert(1)>',
      i % 2 ? '<i>u</i>' : '&amp;',
    ]),
    'ends',
  ],
  [
    'quotes and line ends in cells',
    lines('"a ""x""","b\nc",y', 60, (i) => [i % 5, '"u\r\nv, ""w"""', i % 2 ? '"p\nq"' : 'r']),
    'ends',
  ],
  ['CR LF', plain(60).replaceAll('\n', '\r\n'), 'ends'],
  ['CR alone', plain(60).replaceAll('\n', '\r'), 'ends'],
  ['a byte-order mark', `\uFEFF${plain(60)}`, 'ends'],
  ['UTF-16', Buffer.from(`\uFEFF${plain(60)}`, 'utf16le'), 'ends'],
  ['delimiters at the ends', plain(60).replaceAll('\n', ',\n'), /got only missing cells/],
  [
    'delimiters at the ends but for the header',
    plain(60).replaceAll('\n', ',\n').replace(',\n', '\n'),
    /a delimiter ends this line/,
  ],
  ['ragged rows', `${plain(60)}1,2\n`, /expected 3 cells, got 2/],
  [
    'mixed cells',
    lines('a,b,y', 60, (i) => [i % 3 ? i : 'text', i, i + 0.5]),
    /expected a number, got "text"/,
  ],
  [
    'long integers as ids',
    lines('id,b,y', 60, (i) => [`90071992547409${10 + i}`, i % 5, (i % 5) + 0.5]),
    'ends',
  ],
  ['integers beyond 2⁵³ as classes', classes(60, (i) => `900719925474099${2 + (i % 2)}`), 'ends'],
  [
    'the same row over and over',
    lines('a,b,y', 60, () => [1, 2, 3]) + '1,2,4\n',
    /rows with equal inputs stay together, and there is only 1 set of such rows/,
    { task: 'regression' },
  ],
  [
    '1,000 columns of 20 rows',
    lines([...Array.from({ length: 1000 }, (_, c) => `c${c}`), 'y'].join(), 20, (i) => [
      ...Array.from({ length: 1000 }, (_, c) => (i * c) % 7),
      i + 0.5,
    ]),
    'ends',
  ],
  [
    'a column that gives the target away',
    lines('a,leak,y', 60, (i) => [i % 7, i % 2 ? 'u' : 'v', i % 2 ? 'u' : 'v']),
    'ends',
  ],
  [
    'a column of ids',
    lines('id,b,y', 250, (i) => [`id-${i}`, i % 5, (i % 5) + 0.5]),
    /at most 200 categories, got 250/,
  ],
  ['codes with zeros in front', lines('zip,b,y', 60, (i) => [`0${1000 + i}`, i % 5, (i % 5) + 0.5]), 'ends'],
  [
    'semicolons and decimal commas',
    lines('a,b,y', 60, (i) => [i % 7, i % 5, (i % 7) + 0.5])
      .replaceAll(',', ';')
      .replaceAll('.', ','),
    /numbers in disguise/,
  ],
  ['binary bytes', Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256), /expected/],
]

const small = {
  supernet: { space: 'autoencoder-mlp', options: { encoder: [4], code: 2, head: [4] } },
  schedule: 'none',
  search: { epochs: 2, batch: 16 },
  retrain: { epochs: 1, batch: 16 },
  backend: 'cpu',
} as const

describe('odd tables through a whole search', () => {
  test.each(tables.map((table) => ({ name: table[0], table })))('$name', async ({ table }) => {
    const [name, text, outcome, data = {}] = table
    writeFileSync(join(folder, 'odd.csv'), text)
    const out = join(folder, name.replaceAll(/\W+/g, '-'))
    const before = process.memoryUsage().rss
    const seconds = processorClock()
    const run = async () => {
      const config = resolveConfig({ ...small, data: { file: 'odd.csv', target: 'y', ...data } })
      await searchRun({ config, folder, out })
      return JSON.parse(readFileSync(join(out, 'metrics.json'), 'utf8')) as object
    }
    const found = await run().catch((error: unknown) => error)
    expect(seconds()).toBeLessThan(SECONDS)
    expect(process.memoryUsage().rss - before).toBeLessThan(2 * GB)
    if (outcome === 'ends') {
      if (found instanceof Error) throw found
      expect(found).toHaveProperty('metric')
    } else {
      expect(found).toBeInstanceOf(InputError)
      const { message } = found as Error
      expect(message).toMatch(outcome)
      expect(message.length).toBeLessThan(2000)
    }
  })
})
