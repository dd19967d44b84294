import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { strToU8, zipSync } from 'fflate'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { InputError } from '../../../src/base/errors.js'
import { packagePath } from '../../../src/base/files.js'
import { textAt } from '../../../src/data/column.js'
import { isTable, rowCount, type Content, type Table } from '../../../src/data/content.js'
import { readerByName, readers } from '../../../src/data/readers/index.js'
import type { ReadOptions } from '../../../src/data/readers/types.js'
import { idxFile, jpegFile, npyFile, pngFile } from './helpers.js'
import { mutations, type Mutator } from './mutations.js'
import { processorClock } from '../../helpers/processor.js'

/** One file to be damaged, and how it reads. */
interface Case {
  readonly name: string
  /** Its reader, and its name below a temporary folder; `inside` is an array in it. */
  readonly format: string
  readonly file: string
  readonly inside?: string
  readonly bytes: Uint8Array
  readonly options?: Partial<ReadOptions>
  /** Whether every byte of the content is under a checksum, so that damage is an error or changes nothing. */
  readonly checked?: boolean
  readonly more?: Readonly<Record<string, Mutator>>
}

const n = 60
const numbers = Array.from({ length: n }, (_, i) => i / 8)
const table: Parameters<typeof parquetWriteBuffer>[0]['columnData'] = [
  { name: 'a', data: numbers.map((x, i) => (i % 7 === 3 ? null : x)), type: 'DOUBLE', nullable: true },
  { name: 'n', data: numbers.map((_, i) => BigInt(i * i)), type: 'INT64' },
  { name: 'colour', data: numbers.map((_, i) => ['red', 'green', 'blue'][i % 3]), type: 'STRING' },
  { name: 'old', data: numbers.map((_, i) => i % 2 === 0), type: 'BOOLEAN' },
]
const written = (codec: 'UNCOMPRESSED' | 'SNAPPY' | 'GZIP') =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: table,
      codec,
      rowGroupSize: 25,
      compressors: { GZIP: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)) },
    }),
  )
const fixture = (name: string) => readFileSync(packagePath('test/data/readers/fixtures', `${name}.parquet`))

const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => (i * i + 7 * i) % 251)
const cube = Float64Array.from({ length: 60 }, (_, i) => Math.sin(i))
const bigEndian = (values: Float64Array): Uint8Array => new Uint8Array(values.slice().buffer).reverse()
const records = Buffer.concat([0, 1, 2].map((label) => Buffer.concat([Buffer.of(label), bytes(3072)])))
const pixels = (x: number, y: number) => [(x * 16) % 256, (y * 23) % 256, (x * y) % 256] as const
const image = { height: 12, width: 16, channels: 3 }

/** Other numbers in the text of a NumPy header. */
const shape: Mutator = (whole, random) =>
  Buffer.from(
    Buffer.from(whole)
      .toString('latin1')
      .replace(/\d+(?=,)/, () => String([0, 1, 7, 2 ** 31, 1e15][random.integer(5)])),
    'latin1',
  )

export const cases: readonly Case[] = [
  ...(['UNCOMPRESSED', 'SNAPPY', 'GZIP'] as const).map((codec) => ({
    name: `parquet ${codec}`,
    format: 'parquet',
    file: 'a.parquet',
    bytes: written(codec),
  })),
  ...['zstd', 'lz4', 'brotli', 'delta', 'delta-v2', 'checksum', 'gzip-v2'].map((name) => ({
    name: `parquet of another program, ${name}`,
    format: 'parquet',
    file: 'a.parquet',
    bytes: fixture(name),
  })),
  { name: 'npy', format: 'npy', file: 'a.npy', bytes: npyFile('<f8', [5, 3, 4], cube), more: { shape } },
  {
    name: 'npy, Fortran order',
    format: 'npy',
    file: 'a.npy',
    bytes: npyFile(
      '<i8',
      [6, 4],
      BigInt64Array.from({ length: 24 }, (_, i) => BigInt(i)),
      { fortran: true },
    ),
    more: { shape },
  },
  {
    name: 'npz',
    format: 'npy',
    file: 'a.npz',
    inside: 'x',
    bytes: zipSync({
      'x.npy': new Uint8Array(npyFile('<f8', [5, 3, 4], cube)),
      'y.npy': [new Uint8Array(npyFile('|u1', [5], bytes(5))), { level: 0 }],
      'note.txt': strToU8('a note'),
    }),
    checked: true,
  },
  { name: 'idx', format: 'idx', file: 'a-ubyte', bytes: idxFile([4, 5, 6], bytes(120)) },
  {
    name: 'idx of floats',
    format: 'idx',
    file: 'a.idx',
    bytes: idxFile([5, 2], bigEndian(cube.subarray(0, 10)), 0x0e),
  },
  {
    name: 'idx in gzip',
    format: 'idx',
    file: 'a-ubyte.gz',
    bytes: gzipSync(idxFile([4, 5, 6], bytes(120))),
    checked: true,
  },
  { name: 'CIFAR-10', format: 'cifar-10', file: 'a.bin', bytes: records },
  {
    name: 'CIFAR-10 in gzip, two members',
    format: 'cifar-10',
    file: 'a.bin.gz',
    bytes: Buffer.concat([gzipSync(records.subarray(0, 3073)), gzipSync(records.subarray(3073))]),
    checked: true,
  },
  {
    name: 'records',
    format: 'records',
    file: 'a.bin',
    bytes: bytes(5 * (12 * 16 * 3 + 1)),
    options: { image },
  },
  { name: 'png', format: 'image-folder', file: 'a.png', bytes: pngFile(16, 12, pixels), checked: true },
  {
    name: 'png of gray, 16 bits',
    format: 'image-folder',
    file: 'a.png',
    bytes: pngFile(16, 12, pixels, { colorType: 0, bitDepth: 16 }),
    checked: true,
  },
  { name: 'jpeg', format: 'image-folder', file: 'a.jpg', bytes: jpegFile(16, 12, pixels) },
]

/** What went wrong with damaged files, a line each, and how many were told to be damaged. */
export interface Findings {
  readonly faults: string[]
  readonly read: number
  readonly refused: number
}

/**
 * Reads `count` damaged copies of a case. Each must give a clear error, or the same values, or, where no checksum
 * tells, rows as they should be; within five seconds of the processor.
 */
export async function readDamaged(each: Case, count: number, seed: number): Promise<Findings> {
  const folder = mkdtempSync(join(tmpdir(), 'sentei-damaged-'))
  const faults: string[] = []
  let refused = 0
  try {
    const whole = contentOf(await read(each, folder, each.bytes))
    for (const { name, bytes: damaged } of mutations(each.bytes, count, {
      seed,
      ...(each.more && { more: each.more }),
    })) {
      const seconds = processorClock()
      const found = await read(each, folder, damaged).then(
        (content) =>
          formFault(content) ?? (each.checked && contentOf(content) !== whole ? 'other values' : undefined),
        (error: unknown) => (refused++, errorFault(error)),
      )
      if (found !== undefined) faults.push(`${each.name}, ${name}: ${found}`)
      if (seconds() > 5) faults.push(`${each.name}, ${name}: ${seconds()} s`)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  return { faults, read: count - refused, refused }
}

async function read(each: Case, folder: string, content: Uint8Array): Promise<Content> {
  const path = join(folder, each.file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  const options: ReadOptions = { header: true, labelBytes: 1, resize: 'refuse', ...each.options }
  return readerByName(each.format, readers).read(each.inside ? `${path}/${each.inside}` : path, options)
}

/** The cells of a table, column by column, as text. */
export const cellsOf = (table: Table): string[][] =>
  table.columns.map((column) => table.places.map((_, row) => textAt(column, row)))

const contentOf = (content: Content): string =>
  JSON.stringify(
    isTable(content)
      ? [content.names, cellsOf(content)]
      : [content.shape, [...content.values], content.labels && cellsOf(content.labels)],
  )

/** What is wrong with the form of a content. */
function formFault(content: Content): string | undefined {
  const rows = rowCount(content)
  if (isTable(content)) {
    if (content.columns.length !== content.names.length) return `${content.columns.length} columns`
    const uneven = content.columns.findIndex(({ cells }) => cells.length !== rows)
    const empty = cellsOf(content).findIndex((cells) => !cells.every((cell) => typeof cell === 'string'))
    return uneven >= 0
      ? `column ${uneven} has not ${rows} cells`
      : empty >= 0
        ? `column ${empty} has no cell`
        : undefined
  }
  const size = content.shape.reduce((product, axis) => product * axis, rows)
  if (content.rows !== rows || content.values.length !== size)
    return `${content.values.length} values of ${size}`
  const infinite = content.values.findIndex((value) => Math.abs(value) === Infinity)
  return infinite < 0 ? undefined : `value ${infinite} is infinite`
}

/** What is wrong with an error. */
function errorFault(error: unknown): string | undefined {
  if (!(error instanceof InputError)) return `${error instanceof Error ? error.stack : String(error)}`
  if (/\n|undefined|null|NaN|\[object|Invalid Date|\bat [\w.]+ \(/.test(error.message))
    return `not a sentence: ${error.message}`
  return error.message.length > 1000 ? `a message of ${error.message.length} characters` : undefined
}
