import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { prepareData } from '../../src/data/prepare.js'
import type { PreparedData } from '../../src/data/types.js'
import { onnxModel, toOnnx } from '../../src/export/onnx/model.js'
import type { Feed } from '../../src/export/onnx/raw-inputs.js'
import { onnxSession } from '../../src/export/onnx/runtime.js'
import type { OnnxSession } from '../../src/export/onnx/session.js'
import { verifyOnnx } from '../../src/export/onnx/verify.js'
import { predictorOf } from '../../src/library/predictor.js'
import type { PlainRecord } from '../../src/library/values.js'
import { workplace } from '../data/helpers.js'
import { bundled, randomNetwork } from './helper.js'

const { folder, write, config } = workplace()

/** A table with numbers, a number far from 0, texts and gaps in both; 60 rows. */
const table = (gaps: boolean): string => {
  const rows = Array.from({ length: 60 }, (_, i) => [
    gaps && i % 7 === 3 ? '' : (10 * Math.sin(i)).toFixed(3),
    1_700_000_000 + 60 * i,
    gaps && i % 5 === 2 ? 'NA' : ['rot', 'grün', 'blau'][i % 3]!,
    i % 2 === 0 ? 'yes' : 'no',
  ])
  return ['size,time,colour,class', ...rows.map((row) => row.join())].join('\n')
}

async function dataWith(missing: string, gaps = true, more: object = {}): Promise<PreparedData> {
  write(table(gaps), 'a.csv')
  const { data, split, ...rest } = config({ target: 'class', missing, ...more })
  return prepareData({ data: { ...data, file: join(folder, 'a.csv') }, split, ...rest }, folder)
}

/** A random network on some data: what it is, its session, and the predictor of the library. */
async function loaded(data: PreparedData) {
  const network = randomNetwork(data, (b) => b.dense(b.activation(b.dense(b.input, 6), 'tanh'), 2))
  const trained = { name: 'net', metric: 'accuracy' as const, data, ...network }
  return {
    trained,
    session: await onnxSession(toOnnx(trained), 'is tested'),
    predictor: predictorOf(trained),
  }
}

/** Raw cells by column, one row each. */
const feeds = (rows: readonly PlainRecord[]): Feed[] => {
  const column = (name: string) => rows.map((row) => row[name])
  const dims = [rows.length, 1]
  const number = (value: unknown) => (value === '' ? NaN : Number(value))
  return [
    { name: 'size', type: 'float', dims, values: Float32Array.from(column('size'), number) },
    { name: 'time', type: 'double', dims, values: Float64Array.from(column('time'), number) },
    { name: 'colour', type: 'string', dims, values: column('colour').map(String) },
  ]
}

const outputs = async (session: OnnxSession, rows: readonly PlainRecord[]) => {
  const { label, probabilities } = await session.run(feeds(rows))
  return { label: [...(label!.data as string[])], probabilities: [...(probabilities!.data as Float32Array)] }
}

const whole: PlainRecord = { size: 3.25, time: 1_700_001_234, colour: 'grün' }

describe.each(['mean', 'median', 'most-frequent', 'indicator'])('a table under the policy %s', (missing) => {
  test('takes raw cells, texts and gaps included, and names the classes', async () => {
    const { trained, session, predictor } = await loaded(await dataWith(missing))
    const rows = [whole, { ...whole, size: '' }, { ...whole, colour: '' }, { ...whole, size: '', colour: '' }]
    const found = await outputs(session, rows)
    const wanted = predictor.probabilities(rows).flat()
    found.probabilities.forEach((p, i) => expect(p).toBeCloseTo(wanted[i]!, 5))
    expect(found.label).toEqual(predictor.predict(rows))
    // Gaps change something, so that agreeing says something.
    expect(Math.abs(wanted[0]! - wanted[6]!)).toBeGreaterThan(1e-4)
    const spellings = ['NA', 'nan', 'N/a', '?', 'NULL', 'nUlL'].map((colour) => ({ ...whole, colour }))
    const { probabilities } = await outputs(session, spellings)
    for (let i = 0; i < spellings.length; i++) expect(probabilities[2 * i]).toBe(found.probabilities[4])
    expect((await verifyOnnx(toOnnx(trained), trained)).relativeError).toBeLessThan(1e-5)
  })

  test('refuses, if it is told to, a category that training did not see', async () => {
    const { session, predictor } = await loaded(await dataWith(missing, true, { unseen: 'refuse' }))
    const { label, probabilities } = await outputs(session, [whole, { ...whole, colour: 'lila' }])
    expect(label).toEqual([predictor.predict([whole])[0], ''])
    expect(probabilities.map(Number.isNaN)).toEqual([false, false, true, true])
  })
})

test.each(['refuse', 'drop-row'])('under %s, a row with a gap has no prediction', async (missing) => {
  const { session, predictor } = await loaded(await dataWith(missing, missing === 'drop-row'))
  const rows = [{ ...whole, size: '' }, whole, { ...whole, colour: '' }, { ...whole, time: '' }]
  const { label, probabilities } = await outputs(session, rows)
  expect(label).toEqual(['', predictor.predict([whole])[0], '', ''])
  expect(probabilities.map(Number.isNaN)).toEqual([true, true, false, false, true, true, true, true])
  expect(predictor.predict(rows)).toEqual(label)
  for (const row of rows.filter((each) => each !== whole))
    expect(() => predictor.predict([row], { strict: true })).toThrow(/expected a value/)
})

test('a column far from 0 keeps its digits: it is fed in 64 bits, and no other one is', async () => {
  const data = await dataWith('mean')
  const { trained, session, predictor } = await loaded(data)
  const types = onnxModel(trained).inputs.map(({ name, type }) => [name, type])
  expect(types).toEqual([
    ['size', 'float'],
    ['time', 'double'],
    ['colour', 'string'],
  ])
  const rows = [whole, { ...whole, time: 1_700_001_235 }]
  const { probabilities } = await outputs(session, rows)
  const [first, second] = predictor.probabilities(rows).map((row) => row[0]!)
  expect(Math.abs(first! - second!)).toBeGreaterThan(1e-6)
  expect(probabilities[0]! - probabilities[2]!).toBeCloseTo(first! - second!, 6)
})

test('targets far from 0 are returned in 64 bits and original units', async () => {
  const rows = Array.from({ length: 50 }, (_, i) => `${Math.sin(i)},${2_460_000 + Math.cos(i)}`)
  write(['x,day', ...rows].join('\n'), 'far.csv')
  const { data: settings, ...rest } = config({ target: 'day' })
  const data = await prepareData({ data: { ...settings, file: join(folder, 'far.csv') }, ...rest }, folder)
  const network = randomNetwork(data, (b) => b.dense(b.dense(b.input, 3), 1))
  const trained = { name: 'net', metric: 'rmse' as const, data, ...network }
  const session = await onnxSession(toOnnx(trained), 'is tested')
  const x: Feed = { name: 'x', type: 'float', dims: [2, 1], values: Float32Array.of(0.5, -0.25) }
  const { values } = await session.run([x])
  const wanted = predictorOf(trained).predict([{ x: 0.5 }, { x: -0.25 }]) as number[]
  expect(values!.data).toBeInstanceOf(Float64Array)
  wanted.forEach((y, i) => expect((values!.data as Float64Array)[i]).toBeCloseTo(y, 5))
  expect(onnxModel(trained).outputs[0]).toMatchObject({ name: 'values', type: 'double', dims: ['N', 1] })
})

test('an image is fed as its bytes, a series column by column', async () => {
  const [digits, chicago] = [await bundled('digits'), await bundled('chicago')]
  const images = { name: 'net', metric: 'any', data: digits }
  const pixels = randomNetwork(digits, (b) => b.dense(b.flatten(b.input), 10))
  expect(onnxModel({ ...images, ...pixels }).inputs).toMatchObject([
    { name: 'image', type: 'uint8', dims: ['N', 8, 8, 1] },
  ])
  const steps = randomNetwork(chicago, (b) => b.dense(b.flatten(b.input), 1))
  const { inputs } = onnxModel({ name: 'net', metric: 'any', data: chicago, ...steps })
  expect(inputs.length).toBe(49)
  expect(inputs[0]).toMatchObject({ name: 'ridership', type: 'float', dims: ['N', 14, 1] })
})

test('columns that are called like the outputs keep their names', async () => {
  const rows = Array.from({ length: 40 }, (_, i) => `${i % 7},${i % 2 ? 'a' : 'b'}`)
  write(['label,class', ...rows].join('\n'), 'names.csv')
  const { data: settings, ...rest } = config({ target: 'class' })
  const data = await prepareData({ data: { ...settings, file: join(folder, 'names.csv') }, ...rest }, folder)
  const network = randomNetwork(data, (b) => b.dense(b.input, 2))
  const trained = { name: 'net', metric: 'any', data, ...network }
  const { inputs, outputs: found } = onnxModel(trained)
  expect(inputs.map(({ name }) => name)).toEqual(['label'])
  expect(found.map(({ name }) => name)).toEqual(['label_2', 'probabilities'])
  expect((await verifyOnnx(toOnnx(trained), trained)).differentClasses).toBe(0)
})

test('words and numbers of data.missingValues are missing in the file as in predictions', async () => {
  write(table(true), 'b.csv')
  const { data, split, ...rest } = config({ target: 'class', missing: 'indicator' })
  const missingValues = { size: [-999], time: [-1], colour: ['--'] }
  const prepared = await prepareData(
    { data: { ...data, file: join(folder, 'b.csv'), missingValues }, split, ...rest },
    folder,
  )
  const { session, predictor } = await loaded(prepared)
  const gaps = [
    { ...whole, size: '' },
    { ...whole, time: '' },
    { ...whole, colour: '' },
  ]
  const words = [
    { ...whole, size: -999 },
    { ...whole, time: -1 },
    { ...whole, colour: '--' },
  ]
  const [empty, worded] = [await outputs(session, gaps), await outputs(session, words)]
  expect(worded).toEqual(empty)
  const wanted = predictor.probabilities(words).flat()
  expect(predictor.probabilities(gaps).flat()).toEqual(wanted)
  worded.probabilities.forEach((p, i) => expect(p).toBeCloseTo(wanted[i]!, 5))
})
