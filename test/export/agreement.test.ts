import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeSealed } from '../../src/base/sealed.js'
import { prepareData } from '../../src/data/prepare.js'
import { modelContent, modelFiles } from '../../src/export/model-content.js'
import { toOnnx } from '../../src/export/onnx/model.js'
import type { Feed } from '../../src/export/onnx/raw-inputs.js'
import { onnxSession } from '../../src/export/onnx/runtime.js'
import { readPreprocess } from '../../src/export/preprocess.js'
import { layersModelOf, type TrainedNetwork } from '../../src/export/trained.js'
import { predictorOf } from '../../src/library/predictor.js'
import type { PlainRecord } from '../../src/library/values.js'
import { predictFile } from '../../src/runs/predict-file.js'
import { workplace } from '../data/helpers.js'
import { randomNetwork } from './helper.js'

const { folder, write, config } = workplace()
const at = (...names: string[]) => join(folder, ...names)

/** 400 rows; p0 to p3 are suppliers of many parts, q0 to q4 of four each. */
const training = (gaps: boolean): string => {
  const rows = Array.from({ length: 400 }, (_, i) => [
    gaps && i % 9 === 4 ? '' : (i % 20) / 4,
    gaps && i % 33 === 5 ? '' : i % 20 === 7 ? `q${Math.floor(i / 80)}` : `p${i % 4}`,
    i % 3 === 0 ? 'yes' : 'no',
  ])
  return ['Druck,supplier,class', ...rows.map((row) => row.join())].join('\n')
}

/** What new files hold: each row, what is said of it, and whether a model has no prediction where gaps refuse. */
const made: readonly (readonly [PlainRecord, string, boolean])[] = [
  [{ Druck: 1.25, supplier: 'p1' }, 'ok', false],
  [{ Druck: 1.25, supplier: 'q3' }, 'ok', false],
  [{ Druck: 1.25, supplier: 'Neu' }, 'new category in supplier', false],
  [{ Druck: 1.25, supplier: 'neu, "x"' }, 'new category in supplier', false],
  [{ Druck: '', supplier: 'p2' }, 'missing Druck', true],
  [{ Druck: 2.5, supplier: 'NA' }, 'missing supplier', true],
  [{ Druck: 400, supplier: 'p0' }, 'outside the range of training in Druck', false],
  [
    { Druck: -0.25, supplier: 'other' },
    'new category in supplier; outside the range of training in Druck',
    false,
  ],
  [{ Druck: 'abc', supplier: 'p3' }, 'no number in Druck: "abc"', true],
  [{ Druck: '', supplier: 'Neu' }, 'missing Druck; new category in supplier', true],
]
const rows = made.map(([row]) => row)

async function trainedOn(data: object, gaps: boolean): Promise<TrainedNetwork & { metric: 'accuracy' }> {
  write(training(gaps), 'a.csv')
  const { data: section, ...rest } = config(
    { target: 'class', ...data },
    { by: 'random', equal: 'apart', train: 0.98, validation: 0.01, test: 0.01 },
  )
  const prepared = await prepareData({ data: { ...section, file: at('a.csv') }, ...rest }, folder)
  const network = randomNetwork(prepared, (b) => b.dense(b.activation(b.dense(b.input, 6), 'tanh'), 2))
  return { name: 'net', metric: 'accuracy', data: prepared, ...network }
}

const cell = (value: unknown) => `"${String(value).replaceAll('"', '""')}"`

/** A model as files, and a file of rows without some column. */
async function delivered(trained: TrainedNetwork & { metric: 'accuracy' }, names: readonly string[]) {
  const model = layersModelOf(trained)
  const content = await modelContent(model, trained.data, trained.metric)
  model.dispose()
  mkdirSync(at('model'), { recursive: true })
  for (const name of modelFiles) writeFileSync(at('model', name), content[name])
  write(
    [names, ...rows.map((row) => names.map((name) => row[name]))]
      .map((row) => row.map(cell).join())
      .join('\n'),
    'new.csv',
  )
  return { model: at('model'), file: at('new.csv') }
}

/** What onnxruntime-web says of raw cells; an absent column is a gap in every row. */
async function onnxruntime(trained: TrainedNetwork, names: readonly string[]) {
  const session = await onnxSession(toOnnx(trained), 'is tested')
  const dims = [rows.length, 1]
  const of = (name: string) => rows.map((row) => (names.includes(name) ? row[name] : ''))
  const numbers = Float32Array.from(of('Druck'), (value) => (value === '' ? NaN : Number(value)))
  const feeds: Feed[] = [
    { name: 'Druck', type: 'float', dims, values: numbers },
    { name: 'supplier', type: 'string', dims, values: of('supplier').map(String) },
  ]
  const { label, probabilities } = await session.run(feeds)
  await session.release()
  return { classes: [...(label!.data as string[])], values: [...(probabilities!.data as Float32Array)] }
}

const policies: readonly (readonly [string, object, boolean])[] = [
  ...['mean', 'median', 'most-frequent', 'indicator'].flatMap((missing) => [
    [`${missing}, rare folded`, { missing, rare: 5 }, true] as const,
    [`${missing}, new ones refused`, { missing, rare: 5, unseen: 'refuse' }, true] as const,
    [missing, { missing }, true] as const,
  ]),
  ['refuse', { missing: 'refuse' }, false],
  ['refuse, rare folded', { missing: 'refuse', rare: 5 }, false],
  ['drop-row', { missing: 'drop-row', rare: 5 }, true],
]

describe.each(policies)('three consumers under %s', (_, data, gaps) => {
  const { missing, unseen } = data as { missing: string; unseen?: string }
  const fills = missing !== 'refuse' && missing !== 'drop-row'
  const lost = made.map(
    ([, said, refused]) => (refused && !fills) || (unseen === 'refuse' && said.includes('new')),
  )

  test.each(fills ? [['Druck', 'supplier'], ['supplier'], ['Druck']] : [['Druck', 'supplier']])(
    'agree on rows with %s %s',
    async (...given) => {
      const names = given.filter((name) => name !== undefined)
      const trained = await trainedOn(data, gaps)
      const { model, file } = await delivered(trained, names)
      const sentei = await predictFile(model, file)
      const own = await onnxruntime(trained, names)
      const records = rows.map((row) => Object.fromEntries(names.map((name) => [name, row[name]])))
      const predictor = predictorOf(trained)
      const library = predictor.probabilities(records).flat()
      expect(sentei.classes).toEqual(own.classes)
      expect(predictor.predict(records)).toEqual(own.classes)
      expect(sentei.statuses).toEqual(predictor.statuses(records))
      if (names.length === 2) {
        expect(sentei.values.map(([p]) => Number.isNaN(p))).toEqual(lost)
        expect(sentei.statuses).toEqual(made.map(([, said]) => said))
      }
      sentei.values.flat().forEach((p, i) => {
        expect(Number.isNaN(own.values[i])).toBe(Number.isNaN(p))
        expect(Number.isNaN(library[i])).toBe(Number.isNaN(p))
        if (Number.isNaN(p)) return
        expect(own.values[i]).toBeCloseTo(p, 5)
        expect(library[i]).toBeCloseTo(p, 5)
      })
      expect(sentei.counts.refused).toBe(sentei.classes!.filter((name) => name === '').length)
    },
  )
})

test('a new category is read as the rare ones if these share a feature, else as none', async () => {
  const probabilities = async (data: object, ...suppliers: string[]) => {
    const records = suppliers.map((supplier) => ({ Druck: 1, supplier }))
    return predictorOf(await trainedOn(data, false)).probabilities(records)
  }
  const [rare, other, own] = await probabilities({ rare: 5 }, 'q1', 'Neu', 'p1')
  expect(rare).toEqual(other)
  expect(own).not.toEqual(other)
  const { data } = await trainedOn({}, false)
  expect(data.dataset.features).toHaveLength(10)
  const [first, second] = await probabilities({}, 'q1', 'Neu')
  expect(first).not.toEqual(second)
})

test('strict refuses what it refused before, and what training had is no refusal', async () => {
  const trained = await trainedOn({ missing: 'median', rare: 5 }, true)
  const { model, file } = await delivered(trained, ['Druck', 'supplier'])
  await expect(predictFile(model, file, [], { strict: true })).rejects.toThrow(
    'new.csv line 10, column "Druck": expected a number, got "abc"',
  )
  const predictor = predictorOf(trained)
  expect(() => predictor.predict([rows[2]!], { strict: true })).toThrow(
    'expected one of p0, p1, p2, p3, got "Neu"',
  )
  expect(predictor.predict([rows[1]!, rows[4]!, rows[6]!], { strict: true })).toHaveLength(3)
  await expect(predictFile(model, write('x\n1', 'foreign.csv'))).rejects.toThrow('expected the columns')
})

test('an absent column is told, and refused by a model that fills nothing', async () => {
  const filled = await delivered(await trainedOn({ missing: 'median' }, true), ['Druck'])
  const { warnings, counts } = await predictFile(filled.model, filled.file)
  expect(warnings).toEqual(['new.csv: the column "supplier" is absent, and filled as missing'])
  expect(counts.remarks['missing supplier']).toBe(rows.length)
  const refused = await delivered(await trainedOn({}, false), ['Druck'])
  await expect(predictFile(refused.model, refused.file)).rejects.toThrow(
    'expected the column "supplier", got Druck; a model of config.data.missing: indicator or median',
  )
})

test('a preprocessing of format 1 is read as it was meant: a new category has no prediction', async () => {
  const { data, ...network } = await trainedOn({ missing: 'median' }, true)
  const { model, file } = await delivered({ data, ...network }, ['Druck', 'supplier'])
  // As a former build wrote it for these data.
  const stored = {
    format: 'sentei-preprocess/1',
    data: 'a',
    task: { kind: 'classification', classes: ['no', 'yes'] },
    metric: 'accuracy',
    shape: [10],
    features: ['Druck', ...suppliers.map((name) => `supplier=${name}`)],
    encoding: {
      kind: 'table',
      columns: [{ name: 'Druck' }, { name: 'supplier', categories: suppliers }],
      missing: 'median',
      file: { format: 'csv', options: { header: true, labelBytes: 1, resize: 'refuse' } },
    },
    fill: data.scaler.fill,
    outside: {
      input: { mean: Array.from({ length: 10 }, () => 0), std: Array.from({ length: 10 }, () => 1) },
      target: { mean: [], std: [] },
    },
  }
  const { format, ...now } = readPreprocess(model)
  writeSealed(join(model, 'preprocess.json'), stored)
  expect(format).toBe('sentei-preprocess/2')
  expect(readPreprocess(model)).toMatchObject({ format, features: now.features, shape: now.shape })
  const { statuses, classes, values } = await predictFile(model, file)
  // It knows no ranges.
  expect(statuses).toEqual(
    made.map(([, said]) => said.replace(/(; )?outside the range of training in Druck/, '') || 'ok'),
  )
  expect(classes!.map((name) => name === '')).toEqual(made.map(([, said]) => said.includes('new category')))
  const own = predictorOf({ data, ...network }).probabilities([rows[0]!])[0]!
  values[0]!.forEach((p, i) => expect(p).toBeCloseTo(own[i]!, 5))
})

const suppliers = ['p0', 'p1', 'p2', 'p3', ...Array.from({ length: 5 }, (_, i) => `q${i}`)]
