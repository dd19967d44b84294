import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OnnxPreprocess } from '../../src/export/onnx/raw-inputs.js'
import { rawInputs, type Feed } from '../../src/export/onnx/raw-inputs.js'
import { onnxSession } from '../../src/export/onnx/runtime.js'
import { readOnnx } from '../../src/runs/opened-model.js'
import { predictFile } from '../../src/runs.js'
import { sentei } from './helper.js'

/**
 * Files as people have them. Each goes the whole way by the command line: searched without a configuration,
 * predicted on new rows by its model and by its ONNX file, and its ONNX file fed raw cells as somebody else's
 * program would.
 */
interface Nasty {
  readonly name: string
  /** The training file, or the files of a folder by their path. */
  readonly train: Uint8Array | Readonly<Record<string, Uint8Array>>
  readonly options: readonly string[]
  /** New rows by column, as they are written; undefined for a folder of images. */
  readonly fresh?: readonly Readonly<Record<string, string>>[]
  readonly delimiter?: string
  readonly encoding?: BufferEncoding
  /** What the search says of the file. */
  readonly says?: RegExp
  /** The number of predictions, where windows of several series are the rows. */
  readonly windows?: number
  /** Options with which the search knows less, so that its test error is larger. */
  readonly without?: readonly string[]
  /** The status of each new row. */
  readonly status?: readonly (string | RegExp)[]
}

type Row = Readonly<Record<string, string>>

const text = (rows: readonly Row[], delimiter = ',', encoding: BufferEncoding = 'utf8'): Buffer =>
  Buffer.from(
    [Object.keys(rows[0]!).join(delimiter), ...rows.map((row) => Object.values(row).join(delimiter))]
      .map((line) => `${line}\n`)
      .join(''),
    encoding,
  )

/** A repeatable number in [0, 1) for a row and a column: the fraction of multiples of irrational numbers. */
const u = (i: number, column: number): number =>
  (i * [0.618034, 0.414214, 0.732051, 0.236068][column]! + 0.1 * column) % 1

const machine = (i: number): Row => {
  const [a, b, c] = [u(i, 0), u(i, 1), u(i, 2)]
  return {
    druck: (10 * a).toFixed(3),
    temperatur: (20 + 5 * b).toFixed(2),
    lieferant: ['Nord', 'Süd', 'Ost'][Math.floor(3 * c)]!,
    y: (3 * a - b + (c < 0.33 ? 1 : 0)).toFixed(3),
  }
}
const machines = (rows: number, change: (row: Row, i: number) => Row = (row) => row): Row[] =>
  Array.from({ length: rows }, (_, i) => change(machine(i), i))
const fresh = (change: (row: Row, i: number) => Row): Row[] =>
  machines(12, change).map((row, i) => ({ ...row, ...change(machine(i + 1000), i) }))
const comma = (row: Row): Row =>
  Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, cell.replace('.', ',')]))
const without = (row: Row, name: string): Row =>
  Object.fromEntries(Object.entries(row).filter(([each]) => each !== name))

/** Three machines, each with its own course, rows of five minutes, two of them with a gap. */
function threeMachines(rows: number, from: number): Row[] {
  const minute = 60_000
  const start = Date.UTC(2024, 0, 1)
  const at = (i: number) => new Date(start + 5 * minute * i).toISOString().slice(0, 16).replace('T', ' ')
  return ['press', 'oven', 'saw'].flatMap((name, m) =>
    Array.from({ length: rows }, (_, i) => i + from)
      .filter((i) => m === 2 || i % 97 < 90)
      .map((i) => ({
        machine: name,
        time: at(i),
        load: Math.sin(i / (5 + m)).toFixed(3),
        temp: (10 * m + 3 * Math.sin(i / (5 + m) + 1) + 0.1 * u(i, m)).toFixed(3),
      })),
  )
}

const date = (i: number): Date => new Date(Date.UTC(2024, 0, 1 + i))

/** A row of each day from the first of January 2024 on; Mondays have 5 more. */
const daily = (i: number): Row => ({
  day: date(i).toISOString().slice(0, 10),
  a: u(i, 0).toFixed(3),
  y: (2 * u(i, 0) + (date(i).getUTCDay() === 1 ? 5 : 0)).toFixed(3),
})

/** A picture of a light or a dark blob. */
function picture(i: number, light: boolean): Uint8Array {
  const png = new PNG({ width: 12, height: 12 })
  for (let p = 0; p < 144; p++) {
    const inside = Math.hypot((p % 12) - 4 - 4 * u(i, 0), Math.floor(p / 12) - 4 - 4 * u(i, 1)) < 3
    const value = inside === light ? 220 : 40
    png.data.set([value, value, value, 255], 4 * p)
  }
  return PNG.sync.write(png)
}
const pictures = (count: number): Record<string, Uint8Array> =>
  Object.fromEntries(
    ['ok', 'defect'].flatMap((name, c) =>
      Array.from({ length: count }, (_, i) => [`${name}/${i}.png`, picture(i, c === 0)] as const),
    ),
  )

const files: readonly Nasty[] = [
  {
    name: 'semicolons between cells',
    delimiter: ';',
    train: text(machines(240), ';'),
    fresh: fresh((row) => row),
    options: ['--target', 'y'],
  },
  {
    name: 'decimal commas',
    delimiter: ';',
    train: text(machines(240, comma), ';'),
    fresh: fresh(comma),
    options: ['--target', 'y'],
    says: /data\.decimal/,
  },
  {
    name: 'cp1252',
    encoding: 'latin1',
    train: text(machines(240), ',', 'latin1'),
    fresh: fresh((row) => row),
    options: ['--target', 'y'],
    says: /windows-1252/,
  },
  {
    name: '- for a missing cell',
    train: text(machines(240, (row, i) => (i % 9 === 4 ? { ...row, druck: '-' } : row))),
    fresh: fresh((row, i) => (i === 3 ? { ...row, druck: '-' } : row)),
    options: ['--target', 'y'],
    says: /missingValues/,
  },
  {
    name: 'a category that is new at prediction',
    train: text(machines(240)),
    fresh: fresh((row, i) => (i === 5 ? { ...row, lieferant: 'West' } : row)),
    options: ['--target', 'y'],
    status: ['ok', 'ok', 'ok', 'ok', 'ok', 'new category in lieferant'],
  },
  {
    name: 'a column that is absent at prediction',
    train: text(machines(240, (row, i) => (i % 11 === 4 ? { ...row, druck: '' } : row))),
    fresh: fresh((row) => without(row, 'druck')),
    options: ['--target', 'y'],
    status: ['missing druck'],
  },
  {
    name: 'one part in fifty with a defect',
    train: text(
      machines(1000, (row, i) => ({
        ...without(row, 'y'),
        defect: i % 50 === 7 ? 'yes' : 'no',
        noise: (u(i, 3) + (i % 50 === 7 ? 0.5 : 0)).toFixed(3),
      })),
    ),
    fresh: fresh((row, i) => ({ ...without(row, 'y'), noise: (i / 10).toFixed(1) })),
    options: ['--target', 'defect'],
    says: /average-precision/,
  },
  {
    name: 'three machines with gaps',
    train: text(threeMachines(400, 0)),
    fresh: threeMachines(40, 1000),
    options: ['--target', 'temp', '--horizon', '3', '--window', '8'],
    says: /data\.seriesBy/,
    windows: 3 * (40 - 8 + 1),
  },
  {
    name: 'dates',
    train: text(Array.from({ length: 300 }, (_, i) => daily(i))),
    fresh: [
      ...Array.from({ length: 12 }, (_, i) => without(daily(20 * i + 3), 'y')),
      { ...without(daily(400), 'y') },
      { ...without(daily(40), 'y'), day: 'some day' },
    ],
    options: ['--target', 'y'],
    says: /weekday/,
    without: ['--drop', 'day'],
    status: [
      ...Array.from({ length: 12 }, () => 'ok'),
      'outside the range of training in day',
      'no date in day: "some day"',
    ],
  },
  {
    name: 'codes with leading zeros',
    train: text(
      machines(240, (row, i) => ({
        part: ['007', '0100', '0042'][i % 3]!,
        ...row,
        y: ((i % 3) + Number(row.y)).toFixed(3),
      })),
    ),
    fresh: fresh((row, i) => ({ part: ['007', '0100', '0042'][i % 3]!, ...row })),
    options: ['--target', 'y'],
    says: /codes such as 007/,
  },
  {
    name: 'a corrupt image',
    train: { ...pictures(40), 'ok/7.png': new Uint8Array(30), 'defect/Thumbs.db': new Uint8Array(9) },
    options: [],
    says: /7\.png/,
  },
]

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sentei-nasty-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const put = (path: string, bytes: Uint8Array): void => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
}

/** A number of a date as the documentation has it, with the calendar of JavaScript. */
function dateNumber(name: string, day: string): string | undefined {
  const time = Date.parse(day)
  if (Number.isNaN(time)) return undefined
  const circles: Readonly<Record<string, number>> = {
    month: new Date(time).getUTCMonth() / 12,
    weekday: ((new Date(time).getUTCDay() + 6) % 7) / 7,
  }
  const [, part, wave] = name.split(' ') as [string, string, 'sin' | 'cos']
  const angle = 2 * Math.PI * circles[part]!
  return String(part === 'days' ? (time - Date.UTC(2024, 0, 1)) / 86_400_000 : Math[wave](angle))
}

/** The cells of new rows as the inputs of an ONNX model, by name; an absent column is a gap in every cell. */
function rawCells(preprocess: OnnxPreprocess, rows: readonly Row[]): Feed[] {
  const number = (cell: string | undefined) =>
    cell === undefined || !/\d/.test(cell) ? NaN : Number(cell.replace(',', '.'))
  return rawInputs(preprocess).map(({ name, type }): Feed => {
    const cells = rows.map((row) => (name.startsWith('day ') ? dateNumber(name, row.day!) : row[name]))
    const dims = [rows.length, 1]
    if (type === 'string') return { name, type, dims, values: cells.map((cell) => cell ?? '') }
    const numbers = cells.map(number)
    return {
      name,
      type,
      dims,
      values: type === 'float' ? Float32Array.from(numbers) : Float64Array.from(numbers),
    }
  })
}

const expectClose = (found: readonly number[], values: readonly number[]): void => {
  expect(found.length).toBe(values.length)
  found.forEach((value, i) => {
    if (Number.isNaN(values[i])) expect(value).toBeNaN()
    else expect(value).toBeCloseTo(values[i]!, 3)
  })
}

/** What an ONNX file says of raw cells: probabilities or values, row by row. */
async function rawPredictions(path: string, rows: readonly Row[]): Promise<number[]> {
  const { bytes, preprocess } = readOnnx(path)
  const session = await onnxSession(bytes, 'is tested')
  const found = await session.run(rawCells(preprocess, rows))
  const last = found[session.outputNames.at(-1)!]!
  return [...(last.data as Float32Array)]
}

/** The error of a run's network on its test rows. */
function testError(run: string): number {
  const { test } = JSON.parse(readFileSync(join(run, 'metrics.json'), 'utf8')) as { test: { final: number } }
  return test.final
}

describe.each(files)(
  '$name',
  ({ name, train, options, fresh: rows, delimiter, encoding, says, ...wanted }) => {
    test('is searched, predicts every row, and its three consumers agree', { timeout: 400_000 }, async () => {
      const at = (file: string) => join(folder, name.replaceAll(' ', '-'), file)
      const isTable = train instanceof Uint8Array
      if (isTable) put(at('train.csv'), train)
      else for (const [file, bytes] of Object.entries(train)) put(at(`train/${file}`), bytes)
      const data = at(isTable ? 'train.csv' : 'train')
      const run = at('run')
      // On a busy machine, twenty steps of the space for images take half a minute.
      const time = isTable ? '20s' : '45s'
      const found = await sentei(folder, ['search', data, ...options, '--time', time, '--out', run])
      expect(found.code, found.stderr).toBe(0)
      if (says) expect(found.stdout + found.stderr).toMatch(says)
      if (wanted.without) {
        const less = [...options, ...wanted.without, '--time', time, '--out', at('less')]
        expect((await sentei(folder, ['search', data, ...less])).code).toBe(0)
        expect(testError(run)).toBeLessThan(testError(at('less')))
      }
      if (!rows) return
      put(at('new.csv'), text(rows, delimiter, encoding))
      const shown = await sentei(folder, [
        'predict',
        run,
        '--data',
        at('new.csv'),
        '--out',
        at('predicted.csv'),
      ])
      expect(shown.code, shown.stderr).toBe(0)
      const layers = await predictFile(run, at('new.csv'))
      expect(layers.values.length).toBe(wanted.windows ?? rows.length)
      expect(readFileSync(at('predicted.csv'), 'utf8').trimEnd().split('\n').length).toBe(
        1 + layers.values.length,
      )
      const exported = await sentei(folder, ['export', run, '--format', 'onnx', '--out', at('model.onnx')])
      expect(exported.code, exported.stderr).toBe(0)
      const onnx = await predictFile(at('model.onnx'), at('new.csv'))
      expect(onnx.values.length).toBe(layers.values.length)
      expectClose(onnx.values.flat(), layers.values.flat())
      wanted.status?.forEach((text, i) => expect(layers.statuses[i]).toMatch(text))
      if (wanted.windows === undefined)
        expectClose(await rawPredictions(at('model.onnx'), rows), layers.values.flat())
    })
  },
)
