import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import type { Config } from '../../src/config/config-schema.js'
import { splitMethod, splitNames, splitRows } from '../../src/data/split.js'
import type { Dataset, Splits } from '../../src/data/types.js'
import { classification, dataset, message, workplace } from './helpers.js'

const { config, read } = workplace()
const seeds = Array.from({ length: 25 }, (_, seed) => seed)
const splitOf = (split: object): Config['split'] => config({ target: 'y' }, split).split
const line = (n: number) => Array.from({ length: n }, (_, i) => i)
const plain = (n: number) =>
  dataset(
    line(n).map((i) => [i, -i]),
    line(n),
  )

const sizes = (splits: Splits) => splitNames.map((name) => splits[name].length)
/** The name of each row's split; undefined where it is in none. Fails where a row is in two. */
function sides(splits: Splits, rows: number): (string | undefined)[] {
  const side = new Array<string | undefined>(rows).fill(undefined)
  for (const name of splitNames) {
    expect([...splits[name]]).toEqual([...splits[name]].sort((a, b) => a - b))
    for (const row of splits[name]) {
      expect(side[row]).toBeUndefined()
      side[row] = name
    }
  }
  return side
}

/** Rows with equal inputs are on one side (or, by time, left out). */
function expectNoLeak(data: Dataset, splits: Splits): void {
  const size = data.inputs.length / data.rows
  const known = new Map<string, string>()
  sides(splits, data.rows).forEach((side, row) => {
    if (side === undefined) return
    const key = data.inputs.subarray(row * size, (row + 1) * size).join()
    expect(known.get(key) ?? side).toBe(side)
    known.set(key, side)
  })
}

describe('splitRows, random', () => {
  it('has exact sizes, all rows once, and depends on the seed alone', () => {
    const seen = new Set<string>()
    for (const seed of seeds) {
      const data = plain(100)
      const splits = splitRows(
        data,
        splitOf({ by: 'random', train: 0.5, arch: 0.2, validation: 0.2, test: 0.1 }),
        seed,
      )
      expect(sizes(splits)).toEqual([50, 20, 20, 10])
      expect(sides(splits, 100)).not.toContain(undefined)
      seen.add(splits.test.join())
      expect(
        splitRows(data, splitOf({ by: 'random', train: 0.5, arch: 0.2, validation: 0.2, test: 0.1 }), seed),
      ).toEqual(splits)
    }
    expect(seen.size).toBe(seeds.length)
  })

  it('takes the seed of its own before the trial’s', () => {
    const split = splitOf({ by: 'random', seed: 5 })
    expect(splitRows(plain(50), split, 1)).toEqual(splitRows(plain(50), split, 2))
    expect(splitRows(plain(50), split, 1)).toEqual(splitRows(plain(50), splitOf({ by: 'random' }), 5))
  })

  it('leaves splits without a share empty', () => {
    const splits = splitRows(plain(10), splitOf({ by: 'random', train: 0.8, validation: 0.2, test: 0 }), 1)
    expect(sizes(splits)).toEqual([8, 0, 2, 0])
  })

  it('keeps duplicates together, whatever their targets', () => {
    for (const seed of seeds) {
      const draw = randomSource(seed).stream('made')
      const data = dataset(
        line(120).map(() => [draw.integer(20), draw.integer(10)]),
        line(120),
      )
      for (const split of [
        { by: 'random' },
        { by: 'stratified' },
        { by: 'time' },
        { by: 'block', block: 2 },
      ]) {
        expectNoLeak(data, splitRows(data, splitOf(split), seed))
      }
    }
  })

  it('splits rows with equal inputs apart where it is asked to, also around a test set of its own', () => {
    const data = dataset(
      line(60).map((i) => [i % 3]),
      line(60),
    )
    for (const split of [{ by: 'random' }, { by: 'time' }, { by: 'block', block: 2 }]) {
      const splits = splitRows(data, splitOf({ ...split, equal: 'apart' }), 1)
      expect(sizes(splits)).toEqual([36, 0, 12, 12])
      for (const name of ['train', 'validation', 'test'] as const)
        expect(new Set([...splits[name]].map((row) => row % 3)).size).toBe(3)
    }
    const tested = { ...data, test: [57, 58, 59] }
    expect(sizes(splitRows(tested, splitOf({ equal: 'apart' }), 1))).toEqual([43, 0, 14, 3])
  })

  it('fills every split where units are as many, and else says so', () => {
    const groups = (n: number) =>
      dataset(
        line(n).map((i) => [i]),
        line(n),
        { keys: line(n).map((i) => i % 3) },
      )
    for (const seed of seeds) {
      const splits = splitRows(groups(30), splitOf({ by: 'group', column: 'g' }), seed)
      expect(sizes(splits)).toEqual([10, 0, 10, 10])
    }
    const split = splitOf({ by: 'group', column: 'g', train: 0.4, arch: 0.2, validation: 0.2 })
    expect(message(() => splitRows(groups(30), split, 1))).toMatch(
      /^config\.split: expected rows in every split with a share, got train 10, arch \d+, validation \d+, test \d+ of 30 \(by group\); rows with equal inputs or of one group stay together, and there are only 3 sets of such rows; use other shares, another split\.by or more columns, or split\.equal: apart$/,
    )
    expect(message(() => splitRows(groups(30), { ...split, equal: 'apart' }, 1))).toMatch(
      /; rows of one group stay together, and there are only 3 sets of such rows; use other shares, another split\.by or more groups$/,
    )
    expect(message(() => splitRows(plain(2), splitOf({ by: 'random' }), 1))).toBe(
      'config.split: expected rows in every split with a share, got train 1, arch 0, validation 1, test 0 of 2 (by random); use other shares, another split.by or more rows',
    )
    const alike = dataset(
      line(40).map(() => [1]),
      line(40),
    )
    expect(message(() => splitRows(alike, splitOf({ by: 'random' }), 1))).toBe(
      'config.split: expected rows in every split with a share, got train 40, arch 0, validation 0, test 0 of 40 ' +
        '(by random); rows with equal inputs stay together, and there is only 1 set of such rows; ' +
        'use other shares, another split.by or more columns, or split.equal: apart',
    )
  })

  it('deals sets of rows however large they are', () => {
    const n = 600_000
    const data = dataset(
      line(n).map((i) => [i % 3]),
      line(n),
    )
    expect(sizes(splitRows(data, splitOf({ by: 'random' }), 1))).toEqual([n / 3, 0, n / 3, n / 3])
  })
})

describe('splitRows, stratified', () => {
  it('has each class in each split by its share', () => {
    const label = (i: number) => (i < 100 ? 0 : i < 150 ? 1 : 2)
    const data = dataset(
      line(160).map((i) => [i]),
      line(160).map(label),
      { task: classification('a', 'b', 'c') },
    )
    for (const seed of seeds) {
      const splits = splitRows(data, splitOf({ by: 'stratified' }), seed)
      expect(sizes(splits)).toEqual([96, 0, 32, 32])
      const count = (rows: Uint32Array, c: number) => rows.filter((row) => label(row) === c).length
      expect([0, 1, 2].map((c) => count(splits.train, c))).toEqual([60, 30, 6])
      expect([0, 1, 2].map((c) => count(splits.test, c))).toEqual([20, 10, 2])
    }
  })

  it('has every class in train, however rare', () => {
    const data = dataset(
      line(40).map((i) => [i]),
      line(40).map((i) => (i === 0 ? 1 : 0)),
      {
        task: classification('common', 'rare'),
      },
    )
    for (const seed of seeds) expect(splitRows(data, splitOf({ by: 'stratified' }), seed).train).toContain(0)
  })

  it('passes rounding on, so that totals are exact', () => {
    const data = dataset(
      line(300).map((i) => [i]),
      line(300).map((i) => i % 100),
      {
        task: classification(...line(100).map(String)),
      },
    )
    const [train, , validation, test] = sizes(splitRows(data, splitOf({ by: 'stratified' }), 1))
    expect(Math.abs(train! - 180)).toBeLessThanOrEqual(3)
    expect(Math.abs(validation! - test!)).toBeLessThanOrEqual(3)
  })

  it('bins a regression target by quantiles', () => {
    const data = dataset(
      line(200).map((i) => [i]),
      line(200).map((i) => Math.exp(i / 20)),
    )
    for (const seed of seeds) {
      const { test } = splitRows(data, splitOf({ by: 'stratified' }), seed)
      for (const decile of line(10)) {
        expect(test.filter((row) => Math.floor(row / 20) === decile)).toHaveLength(4)
      }
    }
  })
})

describe('splitRows, block and group', () => {
  it('keeps blocks of rows together', () => {
    for (const seed of seeds) {
      const side = sides(splitRows(plain(95), splitOf({ by: 'block', block: 10 }), seed), 95)
      side.forEach((name, row) => expect(name).toBe(side[Math.floor(row / 10) * 10]))
    }
  })

  it('keeps groups together, even those that a duplicate joins', () => {
    for (const seed of seeds) {
      const keys = line(90).map((i) => `g${i % 15}`)
      const inputs = line(90).map((i) => [i === 0 || i === 1 ? -1 : i])
      const data = dataset(inputs, line(90), { keys })
      const side = sides(splitRows(data, splitOf({ by: 'group', column: 'g' }), seed), 90)
      side.forEach((name, row) => expect(name).toBe(side[row % 15]))
      expect(side[0]).toBe(side[1])
    }
  })

  it('refuses groups without keys', () => {
    expect(message(() => splitRows(plain(9), splitOf({ by: 'group', column: 'g' }), 1))).toBe(
      'config.split.column: expected a column for split.by group, got nothing',
    )
  })
})

describe('splitRows, time', () => {
  it('cuts rows in order', () => {
    const splits = splitRows(plain(10), splitOf({ by: 'time' }), 1)
    expect([...splits.train]).toEqual([0, 1, 2, 3, 4, 5])
    expect([...splits.validation]).toEqual([6, 7])
    expect([...splits.test]).toEqual([8, 9])
    expect(splitRows(plain(10), splitOf({ by: 'time' }), 2)).toEqual(splits)
  })

  it('goes by the key, with equal times on the earlier side', () => {
    const times = [9, 8, 7, 6, 5, 4, 3, 3, 3, 0]
    const data = dataset(
      line(10).map((i) => [i]),
      line(10),
      { keys: times },
    )
    const splits = splitRows(
      data,
      splitOf({ by: 'time', column: 't', train: 0.2, validation: 0.5, test: 0.3 }),
      1,
    )
    expect([...splits.train]).toEqual([6, 7, 8, 9])
    expect([...splits.validation]).toEqual([3, 4, 5])
    expect([...splits.test]).toEqual([0, 1, 2])
  })

  it('leaves out later duplicates of an earlier split, not those of the same', () => {
    const data = dataset(
      [0, 1, 1, 3, 4, 5, 6, 1, 8, 6].map((i) => [i]),
      line(10),
    )
    const splits = splitRows(data, splitOf({ by: 'time' }), 1)
    expect([...splits.train]).toEqual([0, 1, 2, 3, 4, 5])
    expect([...splits.validation]).toEqual([6])
    expect([...splits.test]).toEqual([8])
  })
})

describe('splitRows, series', () => {
  const text = `a,y\n${line(120)
    .map((i) => `${Math.sin(i * i)},${i}`)
    .join('\n')}\n`
  const series = { target: 'y', window: 5, horizon: 3 }

  it('lets no window cross a boundary of time', async () => {
    const data = await read(text, series)
    const splits = splitRows(data, splitOf({ arch: 0.1, train: 0.5 }), 1)
    const reach = splitNames.map((name) => {
      const spans = [...splits[name]].map((row) => data.spans![row]!)
      return [Math.min(...spans.map(([from]) => from)), Math.max(...spans.map(([, to]) => to))]
    })
    expect(reach).toEqual([
      [0, 60],
      [60, 72],
      [72, 96],
      [96, 120],
    ])
    expect(sizes(splits)).toEqual([53, 5, 17, 17])
  })

  it('lets no two splits see one time step, in blocks', async () => {
    const data = await read(text, series)
    for (const seed of seeds) {
      const splits = splitRows(data, splitOf({ by: 'block', block: 12 }), seed)
      const owner = new Map<number, string>()
      for (const name of splitNames) {
        for (const row of splits[name]) {
          const [from, to] = data.spans![row]!
          for (let step = from; step < to; step++) {
            expect(owner.get(step) ?? name).toBe(name)
            owner.set(step, name)
          }
        }
      }
      expect(sizes(splits)).toEqual([30, 0, 10, 10])
    }
  })

  it('refuses to part overlapping windows at random', async () => {
    const data = await read(text, series)
    for (const by of ['random', 'stratified']) {
      expect(message(() => splitRows(data, splitOf({ by }), 1))).toBe(
        `config.split.by: expected one of time, block, group for a series (its windows overlap), got "${by}"`,
      )
    }
  })

  it('says how many windows are left where a split is too short for one', async () => {
    const data = await read(text, { ...series, window: 30 })
    expect(message(() => splitRows(data, splitOf({}), 1))).toBe(
      'config.split: expected rows in every split with a share, got train 40, arch 0, validation 0, test 0 of 88 (by time); use other shares, another split.by or a shorter data.window',
    )
  })
})

describe('splitMethod', () => {
  it('resolves auto by the data', () => {
    expect(splitMethod(plain(3), 'auto')).toBe('random')
    expect(splitMethod({ ...plain(3), task: classification('a', 'b') }, 'auto')).toBe('stratified')
    expect(splitMethod({ ...plain(3), spans: [[0, 1]] }, 'auto')).toBe('time')
    expect(splitMethod(plain(3), 'time')).toBe('time')
  })
})
