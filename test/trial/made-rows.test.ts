import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { batching, type FurtherRows } from '../../src/train/batching.js'
import { madeInputs } from '../../src/trial/made-rows.js'
import type { Encoding, PreparedData } from '../../src/data/types.js'
import { imageData, madeData, vectorData } from '../helpers/trials.js'

const draw = () => randomSource(3).stream('made rows')

/** A number, a text of three categories, and four numbers of a date. */
function encodedTable(): PreparedData {
  const data = madeData({
    shape: [8],
    task: { kind: 'regression', outputs: ['y'] },
    rows: { train: 60, validation: 10 },
    row(input, i) {
      input[0] = i
      input[1 + (i % 3)] = 1
      for (let k = 4; k < 8; k++) input[k] = Math.cos(i * k)
      return i
    },
  })
  const date = (part: string) => ({ name: `day ${part}`, date: { column: 'day', part } })
  const columns = [
    { name: 'number' },
    { name: 'text', categories: ['a', 'b', 'c'] },
    ...['a', 'b', 'c', 'd'].map(date),
  ] as unknown as Encoding['columns']
  return { ...data, dataset: { ...data.dataset, encoding: { kind: 'table', columns, missing: 'refuse' } } }
}

describe('rows made by swapping', () => {
  const data = encodedTable()
  const width = data.dataset.shape[0]!
  const rows = data.splits.train
  const inputs = (share: number, count = 400) =>
    madeInputs(data, rows, count, { rows: 1, by: 'swap', share }, draw())
  const cells = (values: Float32Array, from: number, to: number) =>
    Array.from({ length: values.length / width }, (_, i) =>
      values.slice(i * width + from, i * width + to).join(' '),
    )
  const measured = Float32Array.from(
    [...rows].flatMap((row) => [...data.inputs.slice(row * width, (row + 1) * width)]),
  )

  it('have in each column what some measured row has there, texts and dates as a whole', () => {
    const made = inputs(0.5)
    for (const [from, to] of [
      [0, 1],
      [1, 4],
      [4, 8],
    ] as const) {
      const known = new Set(cells(measured, from, to))
      expect(cells(made, from, to).every((cell) => known.has(cell))).toBe(true)
    }
    // Across columns they are new.
    const known = new Set(cells(measured, 0, width))
    expect(cells(made, 0, width).filter((row) => !known.has(row)).length).toBeGreaterThan(200)
  })

  it('are measured rows where nothing is swapped, and the same for the same draws', () => {
    const known = new Set(cells(measured, 0, width))
    expect(cells(inputs(0), 0, width).every((row) => known.has(row))).toBe(true)
    expect(inputs(0.3)).toEqual(inputs(0.3))
  })

  it('swap each column with the probability that is asked for', () => {
    // The number of every measured row is unique, so that a row's own text tells whether both are of one row.
    const textOf = new Map(cells(measured, 0, 1).map((cell, i) => [cell, cells(measured, 1, 4)[i]!]))
    const made = inputs(0.3, 4000)
    const texts = cells(made, 1, 4)
    const differ = cells(made, 0, 1).filter((cell, i) => textOf.get(cell) !== texts[i]!).length / 4000
    // One of the two is swapped, or both with different rows; a third of other rows have the same text.
    expect(differ).toBeGreaterThan(0.25)
    expect(differ).toBeLessThan(0.45)
  })
})

it('mixed rows lie between two measured ones', () => {
  const data = imageData({ train: 2, validation: 1 })
  const [a, b] = [...data.splits.train].map((row) => data.inputs.slice(row * 36, (row + 1) * 36))
  const made = madeInputs(data, data.splits.train, 50, { rows: 1, by: 'mixup', share: 1 }, draw())
  for (let i = 0; i < 50; i++) {
    const row = made.subarray(i * 36, (i + 1) * 36)
    const shares = [...row].flatMap((value, k) =>
      Math.abs(a![k]! - b![k]!) > 1e-3 ? [(value - a![k]!) / (b![k]! - a![k]!)] : [],
    )
    const share = shares[0] ?? 0
    expect(share).toBeGreaterThan(-1e-3)
    expect(share).toBeLessThan(1.001)
    row.forEach((value, k) => expect(value).toBeCloseTo(a![k]! + share * (b![k]! - a![k]!), 3))
  }
})

describe('batches with made rows', () => {
  const data = vectorData({ train: 50, validation: 10 })
  const made: FurtherRows = {
    count: 30,
    perRow: 1.5,
    inputs: Float32Array.from({ length: 150 }, (_, i) => 1000 + i),
    taught: Float32Array.from({ length: 30 }, (_, i) => 2000 + i),
    targets: Float32Array.from({ length: 30 }, (_, i) => 3000 + i),
  }
  const taught = (_: Float32Array, rows: Uint32Array) => Float32Array.from(rows, () => 7)
  const batches = (shards: number) =>
    batching(data, data.splits.train, { batch: 16, shards, taught, further: [made] }, randomSource(1), 'test')

  it('have them behind the measured ones in each shard, with what the teacher says', () => {
    const plain = batching(data, data.splits.train, { batch: 16, shards: 2 }, randomSource(1), 'test')
    const found = batches(2).at(5)
    expect(found.map(({ rows }) => rows)).toEqual([8 + 12, 8 + 12])
    found.forEach((shard, i) => {
      expect(shard.inputs.subarray(0, 40)).toEqual(plain.at(5)[i]!.inputs)
      expect(shard.targets.subarray(0, 8)).toEqual(plain.at(5)[i]!.targets)
      expect([...shard.taught!.subarray(0, 8)]).toEqual(Array.from({ length: 8 }, () => 7))
      for (let row = 8; row < 20; row++) {
        const place = (shard.inputs[row * 5]! - 1000) / 5
        expect(shard.taught![row]).toBe(2000 + place)
        expect(shard.targets[row]).toBe(3000 + place)
      }
    })
  })

  it('have others in every step, and the same whatever the shards', () => {
    const madeIn = (t: number, shards: number) =>
      batches(shards)
        .at(t)
        .flatMap(({ taught: said }) => [...said!].filter((value) => value !== 7))
    expect(madeIn(5, 1)).toEqual(madeIn(5, 3))
    expect(madeIn(5, 1)).not.toEqual(madeIn(6, 1))
  })
})
