import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import {
  fromArrays,
  fromDataset,
  fromRecords,
  fromTensors,
  prepareData,
  resolveConfig,
  type DataSource,
} from '../../src/index.js'
import { tensorCounter } from '../setup/tensors.js'

const prepared = ({ data, split, given }: DataSource) =>
  prepareData(
    resolveConfig({ data, ...(split && { split }), supernet: { space: 'mlp-cell' } }),
    '.',
    [],
    given,
  )

const x = Array.from({ length: 30 }, (_, i) => [i, i % 7, -i])
const y = x.map(([a, b]) => a! * 1.5 + b!)

describe('data in memory', () => {
  it('are rows of numbers and a target each', async () => {
    const { dataset } = await prepared(fromArrays(x, y, { features: ['a', 'b', 'c'], name: 'rows' }))
    expect(dataset).toMatchObject({ name: 'rows', rows: 30, shape: [3], features: ['a', 'b', 'c'] })
    expect([...dataset.inputs]).toEqual(x.flat())
    expect([...dataset.targets]).toEqual(y)
    expect(dataset.task).toEqual({ kind: 'regression', outputs: ['target'] })
  })

  it('have classes where labels are texts, truths or few whole numbers', async () => {
    const tasks = [
      x.map((_, i) => (i % 2 ? 'yes' : 'no')),
      x.map((_, i) => i % 2 === 0),
      Int32Array.from(x, (_, i) => i % 3),
    ].map(async (labels) => (await prepared(fromArrays(x, labels))).dataset.task)
    expect(await Promise.all(tasks)).toMatchObject([
      { kind: 'classification', classes: ['no', 'yes'] },
      { kind: 'classification', classes: ['false', 'true'] },
      { kind: 'classification', classes: ['0', '1', '2'] },
    ])
  })

  it('have several targets, gaps that a policy fills, and rows that are the test', async () => {
    const gappy = x.map((row, i) => (i === 4 ? [null, ...row.slice(1)] : row))
    const many = y.map((value) => [value, -value])
    const test = { x: x.slice(0, 5), y: many.slice(0, 5) }
    const { dataset, splits } = await prepared(
      fromArrays(gappy, many, { outputs: ['up', 'down'], missing: 'mean', test }),
    )
    expect(dataset.task).toEqual({ kind: 'regression', outputs: ['up', 'down'] })
    expect(dataset.inputs[12]).toBeNaN()
    expect([...splits.test]).toEqual([30, 31, 32, 33, 34])
    await expect(prepared(fromArrays(gappy, y))).rejects.toThrow('arrays row 5')
  })

  it('stay together by groups', async () => {
    const groups = x.map((_, i) => `g${Math.floor(i / 6)}`)
    const { splits } = await prepared(fromArrays(x, y, { groups }))
    const splitOf = (name: keyof typeof splits) => new Set([...splits[name]].map((row) => groups[row]))
    const all = [...splitOf('train'), ...splitOf('validation'), ...splitOf('test')]
    expect(all).toHaveLength(5)
    expect(new Set(all).size).toBe(5)
  })

  it('keep one-hot columns as classes, whatever these are called, and whether rows have them or not', async () => {
    const oneHot = x.map((_, i) => [0, 1, 2, 3].map((k) => Number(k === i % 3)))
    const named = fromArrays(x, oneHot, { task: 'classification', classes: ['4', '3', '2', '1'] })
    const { dataset } = await prepared(named)
    expect(dataset.task).toEqual({ kind: 'classification', classes: ['4', '3', '2', '1'] })
    expect([...dataset.targets.slice(0, 4)]).toEqual([0, 1, 2, 0])
    const plain = await prepared(fromArrays(x, oneHot, { task: 'classification' }))
    expect(plain.dataset.task).toEqual({ kind: 'classification', classes: ['0', '1', '2', '3'] })
  })

  it('stay together by groups where the target is called group', async () => {
    const groups = x.map((_, i) => i % 5)
    const { splits } = await prepared(fromArrays(x, y, { groups, outputs: ['group'] }))
    const kept = Object.values(splits).map(
      (rows: Uint32Array) => new Set([...rows].map((row) => groups[row])),
    )
    expect(kept.reduce((sum, { size }) => sum + size, 0)).toBe(5)
  })

  it('have labels out of tensors and data sets of texts', async () => {
    const labels = x.map((_, i) => (i % 2 ? 'b' : 'a'))
    const texts = tf.tensor1d(labels, 'string')
    const inputs = tf.tensor2d(x)
    const { dataset } = await prepared(await fromTensors(inputs, texts))
    expect(dataset.task).toMatchObject({ kind: 'classification', classes: ['a', 'b'] })
    const elements = x.map((xs, i) => ({ xs, ys: labels[i]! }))
    const source = await fromDataset({ forEachAsync: (f) => Promise.resolve(elements.forEach(f)) })
    expect((await prepared(source)).dataset.targets).toEqual(dataset.targets)
    tf.dispose([texts, inputs])
  })

  it.each([Infinity, 1e300])('hold no number that 32 bits cannot: %s', async (value) => {
    const odd = x.map((row, i) => (i === 3 ? [value, 1, 2] : row))
    await expect(prepared(fromArrays(odd, y))).rejects.toThrow(
      'arrays row 4, value 1: expected a number below 3.4e38 in size',
    )
  })

  it('come out of tensors, which stay, with one-hot targets', async () => {
    const classes = x.map((_, i) => i % 3)
    const [inputs, targets] = [tf.tensor2d(x), tf.tidy(() => tf.oneHot(tf.tensor1d(classes, 'int32'), 3))]
    const newTensors = tensorCounter()
    const { dataset } = await prepared(await fromTensors(inputs, targets, { task: 'classification' }))
    expect(newTensors()).toBe(0)
    expect(dataset.task).toEqual({ kind: 'classification', classes: ['0', '1', '2'] })
    expect([...dataset.targets.slice(0, 4)]).toEqual([0, 1, 2, 0])
    tf.dispose([inputs, targets])
  })

  it.each([false, true])('come out of a data set of tf.data; batched: %s', async (batched) => {
    const elements = batched
      ? [0, 1, 2].map((k) => ({
          xs: tf.tensor2d(x.slice(k * 10, k * 10 + 10)),
          ys: tf.tensor1d(y.slice(k * 10, k * 10 + 10)),
        }))
      : x.map((row, i) => ({ xs: row, ys: y[i]! }))
    const source = await fromDataset(
      { forEachAsync: (f) => Promise.resolve(elements.forEach(f)) },
      { batched },
    )
    const { dataset } = await prepared(source)
    expect([...dataset.inputs]).toEqual(x.flat())
    y.forEach((value, i) => expect(dataset.targets[i]).toBeCloseTo(value, 4))
    tf.dispose(elements)
  })

  it('are records with names, and a series where they are in order of time', async () => {
    const records = x.map(([a, b], i) => ({ a, b: b! > 3 ? 'high' : 'low', flag: i % 2 === 0, y: y[i] }))
    const { dataset } = await prepared(fromRecords(records, 'y', { drop: ['flag'] }))
    expect(dataset.features).toEqual(['a', 'b=high', 'b=low'])
    const series = fromRecords(records, 'y', { kind: 'series', window: 3, horizon: 2, drop: ['b', 'flag'] })
    expect((await prepared(series)).dataset).toMatchObject({ shape: [3, 2], rows: 26 })
  })

  it('takes a Date for a date with its clock in UTC', async () => {
    const records = Array.from({ length: 30 }, (_, i) => ({
      at: new Date(Date.UTC(2024, 1, 20, 6 * i)),
      y: i,
    }))
    const days = await prepared(fromRecords(records, 'y', { dates: { at: ['days'] }, task: 'regression' }))
    expect([...days.dataset.inputs.slice(0, 3)]).toEqual([0, 0.25, 0.5])
    const lacking = records.filter((_, i) => i !== 10)
    const series = await prepared(
      fromRecords(lacking, 'y', { kind: 'series', window: 2, horizon: 1, time: 'at' }),
    )
    // 10 and 19 steps without a gap.
    expect(series.dataset.rows).toBe(8 + 17)
    const odd = [{ at: new Date(NaN), y: 1 }]
    expect(() => fromRecords(odd, 'y')).toThrow(
      'records[0].at: expected a number, a text, a truth, a date or',
    )
  })

  it.each([
    [() => fromArrays([[1, 2], [3]], [1, 2]), 'x[1]: expected 2 values, as in the first row, got 1 values'],
    [
      () =>
        fromArrays(
          [
            [1, 2],
            [3, 'a' as never],
          ],
          [1, 2],
        ),
      'x[1][1]: expected a number, got "a"',
    ],
    [() => fromArrays([[1], [2]], [1]), 'y: expected 2 targets, one for each row of x, got 1'],
    [
      () => fromArrays(undefined as never, y),
      'x: expected arrays of numbers, or { values, shape }, got undefined',
    ],
    [() => fromArrays({ a: 1 } as never, y), 'records go to fromRecords, tensors to fromTensors'],
    [() => fromArrays(x, [1n] as never), 'y[0]: expected a number, a text, a truth, a date or null, got 1n'],
    [
      () => fromArrays(x, y, { features: ['a', 'b', 'a'] }),
      'features: expected names of their own, got "a" twice',
    ],
    [() => fromRecords([undefined] as never, 'y'), 'records: expected an array of records'],
    [() => fromArrays([], []), 'arrays: expected rows of one to three axes'],
    [() => fromArrays({ values: [1, 2, 3], shape: [2, 2] }, [1, 2]), 'x.values: expected 4 numbers'],
    [() => fromArrays(x, y, { features: ['a'] }), 'arrays: expected 3 names of features, got 1'],
    [() => fromArrays(x, y, { groups: [1] }), 'groups: expected 30 keys, one a row, got 1'],
    [
      () =>
        fromArrays(
          x,
          x.map(() => [1, 1]),
          { task: 'classification' },
        ),
      'y[0]: expected one 1 among zeros (one-hot), got 1, 1',
    ],
    [() => fromRecords([], 'y'), 'records: expected records with values by name, got 0 records'],
  ])('are refused where they are odd: %#', (make, message) => {
    expect(make).toThrow(message)
  })

  it('are asked for again where a run of them is read without', async () => {
    const { data } = fromArrays(x, y)
    await expect(prepared({ data })).rejects.toThrow(
      'config.data.source: expected the data that a program gave',
    )
  })
})
