import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { prepareData } from '../../src/data/prepare.js'
import { modelContent, modelFiles } from '../../src/export/model-content.js'
import { toOnnx } from '../../src/export/onnx/model.js'
import { onnxSession } from '../../src/export/onnx/runtime.js'
import { saveOnnx } from '../../src/export/onnx/save.js'
import { layersModelOf } from '../../src/export/trained.js'
import { predictorOf } from '../../src/library/predictor.js'
import { readOnnx } from '../../src/runs/opened-model.js'
import { predictFile } from '../../src/runs/predict-file.js'
import { workplace } from '../data/helpers.js'
import { randomNetwork } from './helper.js'

const { folder, write, config } = workplace()
const at = (...names: string[]) => join(folder, ...names)

const hour = 3_600_000
const start = Date.UTC(2023, 10, 1)
const iso = (time: number) => new Date(time).toISOString().slice(0, 16).replace('T', ' ')

/** 300 rows, seven hours apart, from November 2023 on; some of them without a date. */
const training = (gaps: boolean): string =>
  [
    'a,sold at,y',
    ...Array.from(
      { length: 300 },
      (_, i) => `${1 + (i % 8)},${gaps && i % 11 === 3 ? '-' : iso(start + 7 * hour * i)},${(i * 37) % 23}.5`,
    ),
  ].join('\n')

/** What new rows hold, what is said of them, and whether a model has no prediction where gaps refuse. */
const made: readonly (readonly [Readonly<Record<string, string>>, string, boolean])[] = [
  [{ a: '3', 'sold at': iso(start + 777 * hour) }, 'ok', false],
  // Its days and the sine of its hours are 0, a word of data.missingValues: of the file, not of these.
  [{ a: '3', 'sold at': iso(start) }, 'ok', false],
  [{ a: '1', 'sold at': '2023-12-25T23:59' }, 'ok', false],
  [{ a: '1', 'sold at': '2024/1/5 07:30:30' }, 'ok', false],
  [{ a: '5', 'sold at': '2031-07-04 12:00' }, 'outside the range of training in sold at', false],
  [{ a: '5', 'sold at': '1999-12-31' }, 'outside the range of training in sold at', false],
  [{ a: '2', 'sold at': '2024-02-30' }, 'no date in sold at: "2024-02-30"', true],
  [{ a: '2', 'sold at': 'later' }, 'no date in sold at: "later"', true],
  [{ a: '2', 'sold at': '-' }, 'missing sold at', true],
  [{ a: '', 'sold at': '' }, 'missing a; missing sold at', true],
]
const rows = made.map(([row]) => row)

/** The inputs of an ONNX file by its documentation, computed with the calendar of JavaScript. */
function byHand(name: string, cell: string): number {
  if (name === 'a') return cell === '' ? NaN : Number(cell)
  const [day, clock = '00:00'] = cell.split(/[T ]/)
  const [y, m, d] = day!.split(/[-/]/).map(Number)
  const [h, min, s = 0] = clock.split(':').map(Number)
  const time = new Date(Date.UTC(y!, m! - 1, d, h, min, s))
  if (Number.isNaN(time.getTime()) || time.getUTCDate() !== d) return NaN
  const hours = h! + min! / 60 + s / 3600
  const circles: Readonly<Record<string, number>> = {
    month: (m! - 1) / 12,
    weekday: ((time.getUTCDay() + 6) % 7) / 7,
    hour: hours / 24,
  }
  const [part, wave] = name.slice('sold at '.length).split(' ') as [string, 'sin' | 'cos']
  if (part === 'year') return y!
  if (part === 'days') return (time.getTime() - start) / (24 * hour)
  return Math[wave](2 * Math.PI * circles[part]!)
}

async function trainedOn(missing: string, gaps: boolean) {
  write(`${training(gaps)}\n`, 'a.csv')
  const dates = { 'sold at': ['year', 'month', 'weekday', 'hour', 'days'] }
  const { data, ...rest } = config(
    { target: 'y', task: 'regression', dates, missing, missingValues: ['-', 0] },
    { by: 'random', train: 0.98, validation: 0.01, test: 0.01 },
  )
  const prepared = await prepareData({ data: { ...data, file: at('a.csv') }, ...rest }, folder)
  const network = randomNetwork(prepared, (b) => b.dense(b.activation(b.dense(b.input, 6), 'tanh'), 1))
  return { name: 'net', metric: 'rmse' as const, data: prepared, ...network }
}

const expectClose = (found: readonly number[], wanted: readonly number[]) =>
  wanted.forEach((value, i) => {
    if (Number.isNaN(value)) expect(found[i]).toBeNaN()
    else expect(found[i]).toBeCloseTo(value, 4)
  })

describe.each([
  ['indicator', true],
  ['median', true],
  ['refuse', false],
] as const)('consumers of a model of dates under %s', (missing, gaps) => {
  test('agree on rows with odd dates', async () => {
    const trained = await trainedOn(missing, gaps)
    const model = layersModelOf(trained)
    const content = await modelContent(model, trained.data, trained.metric)
    model.dispose()
    mkdirSync(at('model'), { recursive: true })
    for (const name of modelFiles) writeFileSync(at('model', name), content[name])
    write(['sold at,a', ...rows.map((row) => `${row['sold at']},${row.a}`), ''].join('\n'), 'new.csv')
    const sentei = await predictFile(at('model'), at('new.csv'))
    expect(sentei.statuses).toEqual(made.map(([, said]) => said))
    const values = sentei.values.flat()
    expect(values.map(Number.isNaN)).toEqual(made.map(([, , refused]) => refused && missing === 'refuse'))
    const predictor = predictorOf(trained)
    expectClose(predictor.predict(rows) as number[], values)
    expect(predictor.statuses(rows)).toEqual(sentei.statuses)

    const session = await onnxSession(toOnnx(trained), 'is tested')
    const dims = [rows.length, 1]
    const feeds = session.inputNames.map((name) => {
      const cells = rows.map((row) => byHand(name, (name === 'a' ? row.a : row['sold at'])!))
      // The year is far from 0 for its spread.
      const isWide = name === 'sold at year'
      const numbers = isWide ? Float64Array.from(cells) : Float32Array.from(cells)
      return { name, type: isWide ? ('double' as const) : ('float' as const), dims, values: numbers }
    })
    expect(feeds.map(({ name }) => name).slice(0, 4)).toEqual([
      ...['a', 'sold at year', 'sold at month sin', 'sold at month cos'],
    ])
    const own = await session.run(feeds)
    await session.release()
    expectClose([...(Object.values(own).at(-1)!.data as Float32Array)], values)
  })
})

test('an ONNX file predicts a file of dates, and says how its numbers are computed', async () => {
  const trained = await trainedOn('median', true)
  await saveOnnx(trained, at('model.onnx'))
  write(['sold at,a', ...rows.map((row) => `${row['sold at']},${row.a}`), ''].join('\n'), 'new.csv')
  const { values, statuses } = await predictFile(at('model.onnx'), at('new.csv'))
  expect(statuses).toEqual(made.map(([, said]) => said))
  expectClose(values.flat(), predictorOf(trained).predict(rows) as number[])
  expect(readOnnx(at('model.onnx')).preprocess.encoding.columns.at(-1)).toEqual({
    name: 'sold at days',
    date: { column: 'sold at', part: 'days', notation: 'dates', from: '2023-11-01' },
  })
})

test('an absent column of dates is one gap in each row, told once; arrays are no rows of dates', async () => {
  const predictor = predictorOf(await trainedOn('median', true))
  expect(predictor.statuses([{ a: 3 }])).toEqual(['missing sold at'])
  expect(() => predictor.predict([[1, 2, 3, 4, 5, 6, 7, 8, 9]])).toThrow(
    'x: expected records, because the column "sold at" has dates',
  )
})
