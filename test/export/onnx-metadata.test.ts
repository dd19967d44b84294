import { expect, test } from 'vitest'
import { fromArrays } from '../../src/library/data.js'
import { search } from '../../src/library/search.js'
import { dataNotes } from '../../src/export/notes.js'
import type { InputNote } from '../../src/export/onnx/metadata.js'
import { onnxModel } from '../../src/export/onnx/model.js'
import type { TrainedNetwork } from '../../src/export/trained.js'
import { prepareData } from '../../src/data/prepare.js'
import { metadataOf } from '../../src/export/onnx/proto.js'
import { mlpCell } from '../../src/spaces.js'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { workplace } from '../data/helpers.js'
import { bundled, randomNetwork, temporaryFolder } from './helper.js'

const place = workplace()
const folder = temporaryFolder()

const notes = (trained: TrainedNetwork): InputNote[] =>
  JSON.parse(onnxModel(trained).metadata['sentei.inputs']!) as InputNote[]

/** A table in which the wettest row is one of test. */
async function table(missing: string): Promise<TrainedNetwork> {
  const rows = Array.from({ length: 60 }, (_, i) => [
    i % 7 === 3 ? '' : i,
    `${i % 12} %`,
    i % 5 === 2 ? 'NA' : ['red', 'green', 'red'][i % 3],
    i % 2 === 0 ? 'yes' : 'no',
  ])
  place.write(['size,wet,colour,class', ...rows.map((row) => row.join())].join('\n'))
  const config = place.config({ target: 'class', missing, numeric: ['wet'] })
  const data = await prepareData(config, place.folder)
  const { inputs, shape } = data.dataset
  ;(inputs as Float64Array)[data.splits.test[0]! * shape[0]! + 1] = 99
  const network = randomNetwork(data, (b) => b.dense(b.activation(b.dense(b.input, 6), 'tanh'), 2))
  return { name: 'net', metric: 'accuracy', data, ...network }
}

test('columns have ranges of the training rows, units, categories, and what fills their gaps', async () => {
  const trained = await table('median')
  const { train, arch } = trained.data.splits
  const seen = [...train, ...arch]
  const known = seen.filter((i) => i % 7 !== 3)
  const sorted = [...train].filter((i) => i % 7 !== 3)
  const [size, wet, colour] = notes(trained)
  const middle = sorted.length / 2
  const median =
    sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  expect(size).toEqual({
    name: 'size',
    range: [Math.min(...known), Math.max(...known)],
    missing: { policy: 'median', fill: median },
  })
  expect(wet).toMatchObject({ name: 'wet', unit: '%', range: [0, 11] })
  expect(colour).toEqual({
    name: 'colour',
    categories: trained.data.dataset.encoding.columns[2]!.categories,
    missing: { policy: 'median', fill: 'red' },
    others: 'zeros',
  })
  const { inputs, metadata } = onnxModel(trained)
  expect(inputs.map(({ about }) => about)).toEqual([
    `in original units, ${Math.min(...known)} to ${Math.max(...known)} in training; NaN is missing and is filled by ${median}`,
    expect.stringMatching(
      /^in original units \(%\), 0 to 11 in training; NaN is missing and is filled by \d/,
    ),
    expect.stringMatching(/^one of .*; an empty text is missing and is filled by red$/),
  ])
  expect(metadata['sentei.use']).toMatch(
    /^To predict the class \((yes, no|no, yes)\) for rows that are obtained as those of .* within the ranges/,
  )
  expect(JSON.parse(metadata['sentei.data.rows']!)).toEqual({
    train: train.length,
    arch: arch.length,
    validation: trained.data.splits.validation.length,
    test: trained.data.splits.test.length,
  })
  expect(metadata['sentei.limits']).toMatch(
    /^One search with one seed; .* The figures rest on \d+ rows .*sentei\.inputs/,
  )
})

test('a column that refuses gaps says so, and has nothing that fills them', async () => {
  const concrete = await bundled('concrete')
  const network = randomNetwork(concrete, (b) => b.dense(b.input, 1))
  const trained = { name: 'net', metric: 'rmse', data: concrete, ...network }
  const [cement] = notes(trained)
  expect(cement).toMatchObject({ name: 'cement', missing: { policy: 'refuse' } })
  expect(cement!.missing).not.toHaveProperty('fill')
  // The data set's own least and greatest cement are 102 and 540.
  const [least, greatest] = cement!.range!
  expect(least).toBeGreaterThanOrEqual(102)
  expect(greatest).toBeLessThanOrEqual(540)
  expect(onnxModel(trained).metadata['sentei.use']).toContain('To predict compressive_strength for rows')
})

test('images have the range of each channel', async () => {
  const digits = await bundled('digits')
  const network = randomNetwork(digits, (b) => b.dense(b.globalAvgPool(b.input), 10))
  expect(notes({ name: 'net', metric: 'accuracy', data: digits, ...network })).toEqual([
    { name: 'image', features: [{ name: digits.dataset.features[0], range: [0, 16] }] },
  ])
})

test('a feature without a known value has no range', async () => {
  const { dataset, splits } = (await table('median')).data
  const empty = { ...dataset, inputs: Float64Array.from(dataset.inputs, (x, i) => (i % 3 === 0 ? NaN : x)) }
  const width = dataset.features.length
  expect(dataNotes({ dataset: empty, splits }).ranges).toHaveLength(width)
  const blank = { ...dataset, inputs: new Float64Array(dataset.inputs.length).fill(NaN) }
  expect(dataNotes({ dataset: blank, splits }).ranges).toEqual(Array.from({ length: width }, () => null))
})

test('a model in memory, which keeps few rows, notes those that it was trained on', async () => {
  const x = Array.from({ length: 400 }, (_, i) => [i, Math.sin(i)])
  const y = x.map(([, s]) => (s! > 0 ? 'up' : 'down'))
  const options = { search: { steps: 4, batch: 16 }, retrain: { steps: 4, batch: 16 }, seed: 3 }
  const { model } = await search({
    space: mlpCell({ blocks: 1, width: 8 }),
    data: fromArrays(x, y),
    schedule: 'none',
    ...options,
  })
  await model.exportOnnx(join(folder, 'm.onnx'))
  const metadata = metadataOf(readFileSync(join(folder, 'm.onnx')))
  const counts = JSON.parse(metadata['sentei.data.rows']!) as Record<string, number>
  expect(Object.values(counts).reduce((a, b) => a + b, 0)).toBe(400)
  const [{ features, range }] = JSON.parse(metadata['sentei.inputs']!) as [InputNote]
  const [least, greatest] = range ?? features![0]!.range!
  expect(greatest - least).toBeGreaterThan(350)
})
