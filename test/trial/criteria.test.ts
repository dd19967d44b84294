import { describe, expect, it, test } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { criterionNames, type Criterion } from '../../src/config/criterion-schema.js'
import { scale } from '../../src/data/scale.js'
import type { PreparedData, Task } from '../../src/data/types.js'
import { bestTemperature } from '../../src/objective/temperature.js'
import { calibrationErrorOf } from '../../src/trial/criteria/calibration-error.js'
import { criteria } from '../../src/trial/criteria/index.js'
import { criterionName, judgeModel } from '../../src/trial/criteria/judge.js'
import type { JudgedModel } from '../../src/trial/criteria/types.js'

const columns = [{ name: 'x' }, { name: 'color', categories: ['red', 'green'], indicator: true }]

/** Rows [x, red, green, is missing]; all are in `test`, and the first four in `train`. */
function dataOf(task: Task, rows: readonly (readonly number[])[], targets: readonly number[]): PreparedData {
  const all = Uint32Array.from(rows, (_, i) => i)
  const scaler = {
    input: { mean: [0, 0, 0, 0], std: [2, 1, 1, 1] },
    target: { mean: [], std: [] },
    fill: [7, 0, 1, 0],
  }
  const inputs = Float64Array.from(rows.flat())
  return {
    dataset: {
      name: 'made',
      rows: rows.length,
      shape: [4],
      inputs,
      task,
      hash: '',
      targets: Float64Array.from(targets),
      features: ['x', 'color=red', 'color=green', 'color missing'],
      encoding: { kind: 'table', columns, missing: 'mean' },
    },
    splits: { train: all.slice(0, 4), arch: all.slice(0, 0), validation: all.slice(0, 0), test: all },
    scaler,
    inputs: scale(inputs, scaler.input, scaler.fill),
    targets: Float32Array.from(targets),
  }
}

/** A model that computes `says` of a row in original units. */
function modelOf(data: PreparedData, says: (row: readonly number[]) => readonly number[]): JudgedModel {
  return {
    cost: { parameters: 300, flops: 9000, depth: 4 },
    supernetParameters: 1200,
    data,
    metric: data.dataset.task.kind === 'classification' ? 'accuracy' : 'rmse',
    random: randomSource(1),
    outputs(rows, disturb) {
      const shown = new Float64Array(rows.length * 4)
      rows.forEach((row, i) =>
        shown.set((data.dataset.inputs as Float64Array).slice(row * 4, row * 4 + 4), i * 4),
      )
      disturb?.(shown)
      return Float64Array.from([...rows].flatMap((_, i) => [...says([...shown.slice(i * 4, i * 4 + 4)])]))
    },
    repeated: () => Promise.reject(new Error('not trained again')),
    exported: () =>
      Promise.resolve({ bytes: 5000, latency: () => ({ p50: 2, p95: 3 }), dispose: () => undefined }),
  }
}

const regression: Task = { kind: 'regression', outputs: ['y'] }
const rows = [
  [0, 1, 0, 0],
  [1, 1, 0, 0],
  [2, 0, 1, 0],
  [3, 0, 1, 0],
  [NaN, 0, 1, 0],
]
/** y = x, but off by 2 for green rows. */
const numbers = dataOf(regression, rows, [0, 1, 4, 5, 9])
const line7 = (x: number): number => (Number.isNaN(x) ? 7 : x)
const line = modelOf(numbers, ([x]) => [line7(x!)])

const classes: Task = { kind: 'classification', classes: ['low', 'high'] }
/** The model says "high" from 2 on; the row with 1 is "high", too, and the last has no x. */
const labelled = dataOf(classes, rows, [0, 1, 1, 1, 1])
const step = modelOf(labelled, ([x]) => (x! >= 2 || Number.isNaN(x!) ? [0, 2] : [2, 0]))

const one = async (model: JudgedModel, criterion: Partial<Criterion>) =>
  (await judgeModel([{ split: 'test', ...criterion } as Criterion], model)).results[0]!

describe('criteria', () => {
  it.each<[JudgedModel, Partial<Criterion>, number | null, boolean]>([
    [step, { metric: 'accuracy', atLeast: 0.8 }, 0.8, true],
    [step, { metric: 'accuracy', atLeast: 0.81 }, 0.8, false],
    [step, { metric: 'accuracy', atLeast: 0.5, atMost: 0.79 }, 0.8, false],
    [step, { metric: 'accuracy', atLeast: 0.5, split: 'validation' }, null, false],
    // Three of the four high rows are said to be high; the low row is said to be low, and so is one high row.
    [step, { metric: 'f1', atLeast: 0.8 }, 6 / 7, true],
    [step, { metric: 'f1', class: 'low', atLeast: 0.7 }, 2 / 3, false],
    [step, { metric: 'balanced-accuracy', atLeast: 0.8 }, 0.875, true],
    // One of five rows is wrong; without costs that counts as 1.
    [step, { metric: 'cost', atMost: 0.1 }, 0.2, false],
    [step, { metric: 'recall-at-precision', precision: 0.9, atLeast: 0.7 }, 0.75, true],
    [step, { metric: 'recall-at-precision', precision: 0.6, class: 'low', atLeast: 0.1 }, 0, false],
    [step, { metric: 'precision-at-recall', recall: 1, atLeast: 0.8 }, 0.8, true],
    [line, { metric: 'mae', atMost: 1.2 }, 1.2, true],
    // The errors are 0, 0, 2, 2 and 2, all below; x is 7 where it is missing.
    [line, { metric: 'median-error', atMost: 1 }, 2, false],
    [line, { metric: 'pinball', quantile: 0.75, atMost: 1 }, 0.9, true],
    [line, { metric: 'parameters', atMost: 299 }, 300, false],
    [line, { metric: 'flops', atMost: 1e4 }, 9000, true],
    [line, { metric: 'depth', atLeast: 5 }, 4, false],
    [line, { metric: 'parameters-share', atMost: 1 / 3 }, 0.25, true],
    [line, { metric: 'file-bytes', atMost: 4999 }, 5000, false],
    [line, { metric: 'latency-p50', atMost: 2 }, 2, true],
    [line, { metric: 'latency-p95', atMost: 2 }, 3, false],
    [line, { metric: 'least-output', atLeast: 0 }, 0, true],
    [line, { metric: 'greatest-output', atMost: 6, output: 'y' }, 7, false],
  ])('%#: %j', async (model, criterion, value, passed) => {
    const found = await one(model, criterion)
    expect(found).toMatchObject({ ...criterion, passed })
    if (value === null) expect(found.value).toBeNull()
    else expect(found.value).toBeCloseTo(value, 12)
  })

  it('are not met where nobody exports a model, or a value is not finite', async () => {
    const unexported = { ...line, exported: () => Promise.resolve(null) }
    expect(await one(unexported, { metric: 'file-bytes', atMost: 1 })).toMatchObject({
      value: null,
      passed: false,
    })
    const broken = modelOf(numbers, () => [NaN])
    expect(await one(broken, { metric: 'rmse', atMost: 1e9 })).toMatchObject({ passed: false })
    expect(await one(broken, { metric: 'greatest-output', atMost: 1e9 })).toMatchObject({ passed: false })
  })

  it('find the worst class and the worst group, and leave out small ones', async () => {
    expect(await one(step, { metric: 'worst-class', atLeast: 0.8 })).toMatchObject({
      value: 0.75,
      where: 'class high',
      passed: false,
    })
    expect(await one(step, { metric: 'worst-class', atLeast: 0.8, rows: 5 })).toMatchObject({ value: null })
    expect(await one(line, { metric: 'worst-group', column: 'color', atMost: 1 })).toMatchObject({
      value: 2,
      where: 'color green',
    })
    expect(await one(line, { metric: 'worst-group', column: 'x', of: 'mae', atMost: 1 })).toMatchObject({
      value: 2,
      where: 'x 2',
    })
  })

  it('disturb numbers by noise and shifts, and whole cells by gaps, and nothing else', async () => {
    const seen: number[][] = []
    const watching = modelOf(numbers, (row) => [seen.push([...row])])
    await one(watching, { metric: 'under-noise', atMost: 1, amount: 0.1 })
    const noise = seen.slice(0, 4).map(([x], i) => x! - rows[i]![0]!)
    expect(new Set(noise).size).toBe(4)
    for (const each of noise) expect(Math.abs(each)).toBeLessThan(0.1 * 2 * 4)
    expect(seen.map((row) => row.slice(1))).toEqual(rows.map((row) => row.slice(1)))
    seen.length = 0
    await one(watching, { metric: 'under-missing', atMost: 1, amount: 1 })
    expect(seen).toEqual(rows.map(() => [7, 0, 1, 1]))
    seen.length = 0
    await one(watching, { metric: 'under-shift', atMost: 1, amount: 0.5 })
    expect(seen.slice(0, 4).map(([x]) => x)).toEqual([1, 2, 3, 4])
    expect(seen.slice(5, 9).map(([x]) => x)).toEqual([-1, 0, 1, 2])
    expect(seen).toHaveLength(10)
  })

  it('take the numbers of one date for missing together', async () => {
    const date = (part: 'month sin' | 'month cos') => ({ column: 'day', part, notation: 'dates' as const })
    const columns = [
      { name: 'x' },
      { name: 'day month sin', date: date('month sin'), indicator: true },
      { name: 'day month cos', date: date('month cos') },
    ]
    const many = dataOf(
      regression,
      Array.from({ length: 64 }, () => [0, 0.5, 0, 0.5]),
      Array.from({ length: 64 }, (_, i) => i),
    )
    const { encoding } = many.dataset
    const dated: PreparedData = {
      ...many,
      dataset: { ...many.dataset, encoding: { ...encoding, columns } },
      scaler: { ...many.scaler, fill: [7, 8, 0, 9] },
    }
    const seen = new Set<string>()
    const watching = modelOf(dated, (row) => [(seen.add(row.join()), 0)])
    await one(watching, { metric: 'under-missing', atMost: 1, amount: 0.5 })
    expect([...seen].sort()).toEqual(['0,0.5,0,0.5', '0,8,1,9', '7,0.5,0,0.5', '7,8,1,9'])
  })

  it('disturb the channels of images, whose columns are pixels', async () => {
    const { dataset } = numbers
    const pixels = ['a', 'b', 'c', 'd'].map((name) => ({ name }))
    const images: PreparedData = {
      ...numbers,
      dataset: {
        ...dataset,
        shape: [2, 2, 1],
        features: ['gray'],
        encoding: { kind: 'images', columns: pixels, missing: 'mean' },
      },
      scaler: { ...numbers.scaler, input: { mean: [0], std: [2] }, fill: [7] },
    }
    const seen: number[][] = []
    const watching = modelOf(images, (row) => [seen.push([...row])])
    await one(watching, { metric: 'under-shift', atMost: 1, amount: 0.5 })
    expect(seen.slice(0, 2)).toEqual(rows.slice(0, 2).map((row) => row.map((x) => x + 1)))
    expect(seen).toHaveLength(10)
  })

  it('give the worst of the shifts with its column', async () => {
    // With x − 1, errors are 1, 1, 3, 3 and 2; with x + 1 they are 1, 1, 1, 1 and 2.
    const found = await one(line, { metric: 'under-shift', of: 'mae', atMost: 1.5 })
    expect(found).toMatchObject({ value: 2, where: 'x −0.5 deviations', passed: false })
  })

  it('count the steps in which an output rises or falls with a column', async () => {
    const rising = { metric: 'monotonicity', column: 'x', atLeast: 1 } as const
    expect(await one(line, rising)).toMatchObject({ value: 1, passed: true })
    expect(await one(line, { ...rising, direction: 'decreasing' })).toMatchObject({ value: 0, passed: false })
    // The range of the training rows is 0 to 3, whose middle is the top of this hill.
    const hill = modelOf(numbers, ([x]) => [-Math.abs(x! - 1.5)])
    expect((await one(hill, rising)).value).toBeCloseTo(0.5, 12)
    expect(await one(step, { ...rising, output: 'low' })).toMatchObject({ value: 1 - 1 / 16 })
  })

  it('take the deviation of a metric over seeds, with the values; none where one diverged', async () => {
    // The mean absolute errors are 1.2, 1.2 + 1 and 1.2 + 3, whose deviation is √(7 / 3).
    const worse = (by: number): JudgedModel => modelOf(numbers, ([x]) => [line7(x!) - by])
    const repeats = [line, worse(1), worse(3)].map(({ outputs }, i) => ({ seed: 5 + i, outputs }))
    const asked: number[] = []
    const many: JudgedModel = {
      ...line,
      repeated: (seeds) => (asked.push(seeds), Promise.resolve(repeats)),
    }
    const found = await one(many, { metric: 'stability', of: 'mae', atMost: 1.5 })
    expect(found.value).toBeCloseTo(Math.sqrt(7 / 3), 12)
    expect(found).toMatchObject({ where: '1.2, 2.2, 4.2 with seeds 5, 6, 7', passed: false })
    expect(await one(many, { metric: 'stability', of: 'mae', seeds: 9, atMost: 1.6 })).toMatchObject({
      passed: true,
    })
    expect(asked).toEqual([3, 9])
    expect(criterionName(found)).toBe('stability mae (test)')
    expect(criterionName({ ...found, seeds: 9 })).toBe('stability mae over 9 seeds (test)')
    const lost = { ...many, repeated: () => Promise.resolve([repeats[0]!, { seed: 6, outputs: null }]) }
    expect(await one(lost, { metric: 'stability', atMost: 1e9 })).toMatchObject({
      value: null,
      where: 'seed 6 diverged',
      passed: false,
    })
    expect(await one(many, { metric: 'stability', split: 'validation', atMost: 9 })).toMatchObject({
      value: null,
    })
  })

  it('say what the data lack for them', () => {
    const misfit = (metric: Criterion['metric'], own: Partial<Criterion>, data = numbers) =>
      criteria[metric].misfit!({ metric, split: 'test', ...own }, data)
    expect(misfit('worst-group', { column: 'colour' })).toBe('column: expected one of x, color, got "colour"')
    expect(misfit('worst-group', {})).toMatch(/^column: expected an input column/)
    expect(misfit('under-shift', { column: 'color' })).toBe('column: expected one of x, got "color"')
    expect(misfit('monotonicity', { column: 'x' }, labelled)).toBe(
      'output: expected one of low, high, got nothing',
    )
    expect(misfit('least-output', { output: 'z' })).toBe('output: expected one of y, got "z"')
    expect(misfit('under-missing', { amount: 2 })).toMatch(/share from 0 to 1, got 2/)
    expect(misfit('monotonicity', { column: 'x' })).toBeUndefined()
    expect(misfit('f1', { class: 'middle' }, labelled)).toBe('class: expected one of low, high, got "middle"')
  })

  it('are named with what they take, and their split where it counts', () => {
    expect(criterionName({ metric: 'accuracy', split: 'test' })).toBe('accuracy (test)')
    expect(criterionName({ metric: 'worst-group', of: 'rmse', column: 'site', split: 'validation' })).toBe(
      'worst-group rmse by site (validation)',
    )
    expect(criterionName({ metric: 'precision-at-recall' })).toBe('precision-at-recall 0.9 (test)')
    expect(criterionName({ metric: 'recall-at-precision', precision: 0.8, class: 'bad' })).toBe(
      'recall-at-precision 0.8 of bad (test)',
    )
    expect(criterionName({ metric: 'parameters', split: 'test' })).toBe('parameters')
    expect(criterionName({ metric: 'of another version' })).toBe('of another version')
  })

  it('are all judged, in their order', async () => {
    expect(await judgeModel([], line)).toEqual({ passed: true, results: [] })
    const two = [
      { metric: 'depth', atMost: 1 },
      { metric: 'depth', atMost: 9 },
    ].map((criterion) => ({ split: 'test', ...criterion }) as Criterion)
    const { passed, results } = await judgeModel(two, line)
    expect([passed, ...results.map((each) => each.passed)]).toEqual([false, false, true])
  })

  it('exist for every name', () => expect(Object.keys(criteria)).toEqual([...criterionNames]))
})

describe('calibration', () => {
  const logit = (p: number) => [Math.log(p), Math.log(1 - p)]

  test('its error is the distance of probability and share of hits, bin by bin', () => {
    // Four rows of 0.8 with two hits, one of 0.6 with a hit: 4/5 · 0.3 + 1/5 · 0.4.
    const logits = [...Array.from({ length: 4 }, () => logit(0.8)), logit(0.6)].flat()
    expect(calibrationErrorOf(logits, [0, 0, 1, 1, 0], 2, 10)).toBeCloseTo(0.32, 12)
    // In one bin, the mean of the probabilities, 0.76, is held against 3 of 5.
    expect(calibrationErrorOf(logits, [0, 0, 1, 1, 0], 2, 1)).toBeCloseTo(0.16, 12)
  })

  test('the best temperature makes one probability the share of hits', () => {
    // Three of four hits: logits of ± a are right where a / T = ln 3.
    const logits = Array.from({ length: 4 }, () => [5, 0]).flat()
    expect(bestTemperature(logits, [0, 0, 0, 1], 2)).toBeCloseTo(5 / Math.log(3), 9)
  })
})
