import { describe, expect, it } from 'vitest'
import { checkData } from '../../src/data/check-data.js'
import { prepareDataset } from '../../src/data/prepare-dataset.js'
import { prepareData } from '../../src/data/prepare.js'
import { bent, fitScaler, scale, unscale } from '../../src/data/scale.js'
import type { PreparedData } from '../../src/data/types.js'
import { csv, dataset, rejection, workplace } from './helpers.js'

const { config, read, write, folder } = workplace()
const table = { target: 'y', task: 'regression' }
const byTime = { by: 'time' }

function prepare(text: string, data: object, split: object = {}): Promise<PreparedData> {
  write(text)
  return prepareData(config(data, split), folder)
}

const moments = (values: readonly number[]) => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  return { mean, std: Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length) }
}

describe('scaling', () => {
  it('is fitted on train only', async () => {
    // Rows after the sixth are test and validation; they are far off on purpose.
    const { scaler, inputs, targets } = await prepare(
      csv('a,y', 10, (i) => (i < 6 ? [i, 2 * i] : [1000 * i, -i])),
      { ...table, scaling: 'standard' },
      byTime,
    )
    const a = moments([0, 1, 2, 3, 4, 5])
    expect(scaler.input.mean[0]).toBeCloseTo(a.mean, 12)
    expect(scaler.input.std[0]).toBeCloseTo(a.std, 12)
    expect(scaler.target.mean[0]).toBeCloseTo(2 * a.mean, 12)
    expect(moments([...inputs.subarray(0, 6)]).std).toBeCloseTo(1, 6)
    expect(moments([...targets.subarray(0, 6)]).mean).toBeCloseTo(0, 6)
    expect(inputs[9]).toBeCloseTo((9000 - a.mean) / a.std, 1)
  })

  it('is the same whatever stands outside train', async () => {
    const one = await prepare(
      csv('a,y', 10, (i) => [i, i * i]),
      table,
      byTime,
    )
    const other = await prepare(
      csv('a,y', 10, (i) => (i < 6 ? [i, i * i] : [-i, 7 * i])),
      table,
      byTime,
    )
    expect(other.scaler).toEqual(one.scaler)
  })

  it('scales a constant to 0, without NaN', async () => {
    const { inputs, scaler } = await prepare(
      csv('a,b,y', 10, (i) => [0.1, i, i]),
      table,
      byTime,
    )
    expect(scaler.input.std[0]).toBe(1)
    expect([...inputs].filter((_, i) => i % 2 === 0)).toEqual(new Array(10).fill(0))
  })

  it('keeps class indices, and original targets in the data set', async () => {
    const classes = await prepare(
      csv('a,y', 30, (i) => [i, i % 3]),
      { target: 'y' },
    )
    expect(classes.targets).toEqual(classes.dataset.targets)
    expect(classes.scaler.target).toEqual({ mean: [], std: [] })
    const values = await prepare(
      csv('a,y', 30, (i) => [i, i]),
      table,
    )
    expect([...values.dataset.targets.subarray(0, 3)]).toEqual([0, 1, 2])
    unscale(values.targets, values.scaler.target).forEach((value, i) => expect(value).toBeCloseTo(i, 4))
  })

  it('has one mean and std a channel of images, and a feature of series', () => {
    const data = dataset(
      [
        [0, 10, 2, 30],
        [4, 50, 6, 70],
      ],
      [0, 1],
      { shape: [1, 2, 2], features: ['r', 'g'] },
    )
    const columns = [{ name: 'r' }, { name: 'g' }]
    const series = fitScaler(
      { ...data, shape: [2, 2], encoding: { kind: 'series', columns, missing: 'refuse', window: 2 } },
      Uint32Array.of(0, 1),
    )
    const images = fitScaler(
      { ...data, encoding: { kind: 'images', columns: [], missing: 'refuse' } },
      Uint32Array.of(0, 1),
    )
    const r = moments([0, 2, 4, 6])
    const g = moments([10, 30, 50, 70])
    for (const { input } of [images, { input: series.input }]) {
      expect(input).toEqual({ mean: [r.mean, g.mean], std: [r.std, g.std] })
    }
    expect([...scale(Float32Array.of(0, 10), images.input)]).toEqual([
      Math.fround((0 - 3) / r.std),
      Math.fround((10 - 40) / g.std),
    ])
  })

  it('scales several outputs each by itself', async () => {
    const { scaler } = await prepare(
      csv('a,y,z', 10, (i) => [i, i, 100 * i]),
      { target: ['y', 'z'] },
      byTime,
    )
    expect(scaler.target.std[1]! / scaler.target.std[0]!).toBeCloseTo(100, 9)
  })
})

describe('filling', () => {
  const cells = ['1', '', '1', '2', '6', '', '100', '100', '', '100']
  const text = csv('a,b,y', 10, (i) => [cells[i]!, i, i])

  it.each([
    ['mean', 2.5],
    ['median', 1.5],
    ['most-frequent', 1],
    ['indicator', 2.5],
  ])('fills by the %s of train', async (missing, fill) => {
    const { scaler, inputs, dataset: data } = await prepare(text, { ...table, missing }, byTime)
    expect(scaler.fill[0]).toBe(fill)
    expect(inputs.some(Number.isNaN)).toBe(false)
    const width = data.features.length
    const z = Float32Array.of((fill - scaler.input.mean[0]!) / scaler.input.std[0]!)
    expect(inputs[8 * width]).toBe(bent(z, scaler)[0])
    expect(data.features).toEqual(missing === 'indicator' ? ['a', 'a missing', 'b'] : ['a', 'b'])
  })

  it('takes the median of an odd number, and the smallest of several modes', async () => {
    const odd = (missing: string) =>
      prepare(
        csv('a,b,y', 10, (i) => [[5, 3, 3, 9, 5, ''][i] ?? 0, i, i]),
        { ...table, missing },
        byTime,
      )
    expect((await odd('median')).scaler.fill[0]).toBe(5)
    expect((await odd('most-frequent')).scaler.fill[0]).toBe(3)
  })

  it.each(['mean', 'median', 'most-frequent', 'indicator'])(
    'fills a category by the most frequent: %s',
    async (missing) => {
      const colours = ['red', 'blue', 'red', '', 'green', 'blue', 'blue', 'blue', 'blue', '']
      const { scaler } = await prepare(
        csv('c,b,y', 10, (i) => [colours[i]!, i, i]),
        { ...table, missing },
        byTime,
      )
      // Of the six rows of train two are blue and two red: the first in order wins.
      expect(scaler.fill.slice(0, 3)).toEqual([1, 0, 0])
    },
  )

  it('says where train has no value to fill by', async () => {
    const late = csv('a,b,y', 10, (i) => [i < 6 ? '' : i, i, i])
    expect(await rejection(prepare(late, { ...table, missing: 'mean' }, byTime))).toBe(
      'data, column "a": expected a value in train to fill missing cells by, got none',
    )
  })
})

describe('prepareData', () => {
  it('is the same for the same configuration, bit for bit', async () => {
    const digits = { file: undefined, source: 'digits' }
    expect(await prepareData(config(digits), folder)).toEqual(await prepareData(config(digits), folder))
  })

  it('leaves no NaN in a filled series', async () => {
    const text = csv('a,y', 60, (i) => [i % 7 === 3 ? 'NA' : i, i])
    const { inputs, dataset: data } = await prepare(text, { target: 'y', window: 3, missing: 'mean' })
    expect(data.inputs.some(Number.isNaN)).toBe(true)
    expect(inputs.some(Number.isNaN)).toBe(false)
  })

  it('splits the bundled data without a leak', async () => {
    const { dataset: data, splits } = await prepareData(
      config({ file: undefined, source: 'concrete' }),
      folder,
    )
    const keys = (rows: Uint32Array) =>
      new Set([...rows].map((row) => data.inputs.subarray(row * 8, row * 8 + 8).join()))
    const train = keys(splits.train)
    expect([...keys(splits.test), ...keys(splits.validation)].filter((key) => train.has(key))).toEqual([])
    expect(splits.train.length + splits.validation.length + splits.test.length).toBe(1030)
  })
})

describe('checkData', () => {
  it('sums up a classification', async () => {
    const text = csv('a,b,y', 200, (i) => [i, 7, i % 4 === 0 ? 'p' : 'q'])
    const report = checkData(await prepare(text, { target: 'y' }))
    expect(report).toMatchObject({
      name: 'a.csv',
      task: 'classification',
      rows: 200,
      shape: [2],
      splits: { train: 120, arch: 0, validation: 40, test: 40 },
      unused: 0,
      classes: [
        { name: 'p', train: 30, arch: 0, validation: 10, test: 10 },
        { name: 'q', train: 90, arch: 0, validation: 30, test: 30 },
      ],
      constant: ['b'],
      missing: {},
      leftOut: 0,
      duplicates: { rows: 0, conflicting: 0 },
      warnings: ['1 constant feature in train: b'],
    })
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
  })

  it('sums up a regression, missing cells and duplicates', async () => {
    const text = `${csv('a,y', 200, (i) => [i === 5 ? '' : i, i])}199,199\n199,-1\n3,\n`
    const report = checkData(await prepare(text, { ...table, missing: 'mean' }))
    expect(report.outputs).toEqual([
      { name: 'y', min: -1, mean: expect.closeTo(99.5, 0) as number, max: 199 },
    ])
    expect(report.missing).toEqual({ a: 1 })
    expect(report.leftOut).toBe(1)
    expect(report.duplicates).toEqual({ rows: 2, conflicting: 1 })
    expect(report.warnings).toEqual([
      '1 row has the same inputs as an earlier row, but another target',
      '1 row left out: cells are missing',
    ])
  })

  it('warns of tiny splits, rows in none, and unbalanced or absent classes', async () => {
    const text = csv('a,y', 60, (i) => [i, i < 57 ? 'p' : 'q'])
    expect(checkData(await prepare(text, { target: 'y' }, byTime)).warnings).toEqual([
      'validation has only 12 rows: its figures will be rough',
      'test has only 12 rows: its figures will be rough',
      'train has no row of class "q"',
      'the largest class has 57 rows, the smallest 3: accuracy may mislead, unless objective.metric is another one, as average-precision or macro-f1',
    ])
    const misleads = async (metric: 'accuracy' | 'f1') =>
      checkData(await prepare(text, { target: 'y' }, byTime), { metric }).warnings.some((warning) =>
        warning.includes('accuracy may mislead'),
      )
    expect([await misleads('accuracy'), await misleads('f1')]).toEqual([true, false])
    const series = checkData(
      await prepare(
        csv('a,y', 200, (i) => [i, i]),
        { target: 'y', window: 5 },
      ),
    )
    expect(series.warnings).toEqual([
      '10 of 195 rows in no split: over a boundary, or duplicates of an earlier split',
    ])
    const rare = checkData(
      await prepare(
        csv('a,y', 100, (i) => [i, i < 10 ? 'p' : 'q']),
        { target: 'y' },
        byTime,
      ),
    )
    expect(rare.warnings).toEqual(['validation or test has no row of class "p"'])
  })

  it('takes a prepared data set without notes of its reading', () => {
    const data = dataset([[1], [2], [3], [4], [5]], [1, 2, 3, 4, 5])
    const report = checkData(prepareDataset(data, config({ target: 'y' }, { by: 'random' }).split, 1))
    expect(report.leftOut).toBe(0)
    expect(report.missing).toEqual({})
  })
})

describe('reading twice', () => {
  it('gives the same data', async () => {
    const text = csv('a,y', 9, (i) => [i, i])
    expect(await read(text, table)).toEqual(await read(text, table))
  })
})
