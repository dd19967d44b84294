import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { packagePath } from '../../src/base/files.js'
import { binned, mostRanges } from '../../src/trial/boosting/bins.js'
import { boost, nodesOf, predictBoosted } from '../../src/trial/boosting/boost.js'
import {
  absolutes,
  crossEntropy,
  crossEntropyOf,
  logFrequencies,
  squares,
} from '../../src/trial/boosting/losses.js'

const pause = () => Promise.resolve()
const none = { inputs: new Float32Array(0), targets: [] }
/** One split, no shrinking: what is left is arithmetic. */
const plain = { depth: 1, leastWeight: 1, lambda: 0, rate: 1, rounds: 1, patience: 1 }
const values = (width = 1, features = 1) => ({ features, width, loss: squares })

describe('ranges', () => {
  it('has one for each value, with limits that the values below them reach', () => {
    const { bins, limits, offsets } = binned(Float32Array.of(3, 7, 1, 7, 3, 7, 1, 7), 2)
    expect(limits.map((each) => [...each])).toEqual([[1], []])
    expect([...bins]).toEqual([1, 0, 0, 0, 1, 0, 0, 0])
    expect([...offsets]).toEqual([0, 2, 3])
  })

  it('has ranges of about equally many rows where there are more values', () => {
    const { bins, limits } = binned(
      Float32Array.from({ length: 2560 }, (_, i) => (i * 7) % 2560),
      1,
    )
    const counts = new Array<number>(limits[0]!.length + 1).fill(0)
    for (const bin of bins) counts[bin]!++
    expect(counts).toHaveLength(mostRanges)
    expect([Math.min(...counts) >= 9, Math.max(...counts) <= 11]).toEqual([true, true])
  })
})

describe('a tree', () => {
  const inputs = Float32Array.of(0, 1, 2, 3)
  const targets = [0, 0, 10, 10]

  it('splits where the squared error falls most', async () => {
    const boosted = await boost({ inputs, targets }, none, values(), plain, pause)
    expect([...predictBoosted(boosted, Float32Array.of(-9, 1, 1.5, 99))]).toEqual([0, 0, 10, 10])
    expect(nodesOf(boosted)).toBe(3)
  })

  it('has leaves of −rate · G / (H + λ)', async () => {
    const shrunk = { ...plain, lambda: 1, rate: 0.5 }
    const boosted = await boost({ inputs, targets }, none, values(), shrunk, pause)
    const step = (0.5 * 10) / 3
    const [low, high] = predictBoosted(boosted, Float32Array.of(0, 3))
    expect(low).toBeCloseTo(5 - step, 12)
    expect(high).toBeCloseTo(5 + step, 12)
  })

  it('splits nothing where leaves would be too small, or inputs are all equal', async () => {
    const large = await boost({ inputs, targets }, none, values(), { ...plain, leastWeight: 3 }, pause)
    const equal = { inputs: Float32Array.of(2, 2, 2, 2), targets }
    for (const boosted of [large, await boost(equal, none, values(), plain, pause)])
      expect([...predictBoosted(boosted, inputs)]).toEqual([5, 5, 5, 5])
  })

  it('has one for each output of a round', async () => {
    const both = [0, 4, 0, 4, 10, 8, 10, 8]
    const boosted = await boost({ inputs, targets: both }, none, values(2), plain, pause)
    expect([...predictBoosted(boosted, inputs)]).toEqual(both)
  })
})

describe('the absolute error', () => {
  const inputs = Float32Array.of(0, 0, 0, 1, 1, 1)

  it('begins with the median, and its leaves are medians of what is left', async () => {
    // One value of each side is far away: means would be 33 and 40, the median of all is 5.
    const targets = [0, 0, 99, 10, 10, 100]
    expect([...absolutes.start(targets, 1)]).toEqual([10])
    const boosted = await boost({ inputs, targets }, none, { ...values(), loss: absolutes }, plain, pause)
    expect([...predictBoosted(boosted, Float32Array.of(0, 1))]).toEqual([0, 10])
  })

  it('has leaves of the rate times their median', async () => {
    const targets = [0, 2, 4, 10, 20, 60]
    const half = { ...plain, rate: 0.5 }
    const boosted = await boost({ inputs, targets }, none, { ...values(), loss: absolutes }, half, pause)
    // The median of all is 7; what is left has the medians 2 - 7 and 20 - 7.
    expect([...predictBoosted(boosted, Float32Array.of(0, 1))]).toEqual([7 - 2.5, 7 + 6.5])
    expect(absolutes.mean(Float64Array.of(1, 2), [3, 1], 1)).toBe(1.5)
  })
})

describe('weights of classes', () => {
  it('count a row as if it were there so often', async () => {
    const inputs = Float32Array.of(0, 0, 1, 1, 2)
    const targets = [0, 0, 0, 1, 1]
    const often = { inputs: Float32Array.of(0, 0, 1, 1, 1, 1, 2, 2, 2), targets: [0, 0, 0, 1, 1, 1, 1, 1, 1] }
    const options = { ...plain, depth: 2, leastWeight: 0.1, lambda: 1, rounds: 3 }
    const two = { features: 1, width: 2 }
    const weighed = crossEntropyOf([1, 3])
    // Both begin with the same outputs, so that only the weights tell.
    const same = { start: () => Float64Array.of(0, 0) }
    const a = await boost(
      { inputs, targets },
      none,
      { ...two, loss: { ...weighed, ...same } },
      options,
      pause,
    )
    const b = await boost(often, none, { ...two, loss: { ...crossEntropy, ...same } }, options, pause)
    const [one, other] = [a, b].map((each) => predictBoosted(each, Float32Array.of(0, 1, 2)))
    one!.forEach((value, i) => expect(value).toBeCloseTo(other![i]!, 12))
    const outputs = Float64Array.of(0, 1, 2, 0)
    const nll = [Math.log(1 + Math.E), Math.log(1 + Math.E ** 2)]
    expect(weighed.mean(outputs, [0, 1], 2)).toBeCloseTo((nll[0]! + 3 * nll[1]!) / 4, 12)
  })
})

describe('boosting', () => {
  it('keeps the rounds that are best on the rows to judge by', async () => {
    const inputs = Float32Array.from({ length: 200 }, (_, i) => i)
    // Noise of which the other rows know nothing: what is learnt after the step makes them worse.
    const noisy = Array.from(inputs, (x, i) => (x < 100 ? 0 : 5) + ((i * 37) % 11) - 5)
    const judge = { inputs, targets: Array.from(inputs, (x) => (x < 100 ? 0 : 5)) }
    const options = { ...plain, depth: 6, rate: 0.3, rounds: 100, patience: 5 }
    const boosted = await boost({ inputs, targets: noisy }, judge, values(), options, pause)
    expect(boosted.trees.length).toBeGreaterThan(0)
    expect(boosted.trees.length).toBeLessThan(95)
    const without = await boost({ inputs, targets: noisy }, none, values(), options, pause)
    expect(without.trees).toHaveLength(100)
    const error = (of: typeof boosted) => squares.mean(predictBoosted(of, inputs), judge.targets, 1)
    expect(error(boosted)).toBeLessThan(error(without))
  })

  it('reaches what scikit-learn reaches on concrete with leaves of as many rows', async () => {
    const text = gunzipSync(readFileSync(packagePath('data/concrete/concrete.csv.gz'))).toString('utf8')
    const table = text
      .trim()
      .split(/\r?\n/)
      .slice(1)
      .map((line) => line.split(',').map(Number))
    const rows = (wanted: (fifth: number) => boolean) => {
      const own = table.filter((_, i) => wanted(i % 5))
      return {
        inputs: Float32Array.from(own.flatMap((row) => row.slice(0, 8))),
        targets: own.map((row) => row[8]!),
      }
    }
    const options = { depth: 6, leastWeight: 20, lambda: 1, rate: 0.1, rounds: 300, patience: 20 }
    const [learn, judge, test] = [rows((k) => k < 3), rows((k) => k === 3), rows((k) => k === 4)]
    const boosted = await boost(learn, judge, values(1, 8), options, pause)
    const found = predictBoosted(boosted, test.inputs)
    // HistGradientBoostingRegressor(max_iter=300) of scikit-learn on the same rows: 4.313.
    expect(Math.sqrt(2 * squares.mean(found, test.targets, 1))).toBeLessThan(1.05 * 4.313)
  })
})

describe('cross-entropy', () => {
  const outputs = Float64Array.of(0.3, -1, 0.8, 2, 0.5, -0.2)
  const targets = [2, 1]

  it('has the derivatives that differences show', () => {
    const [first, second] = [new Float64Array(2), new Float64Array(2)]
    const lossAt = (at: number, by: number) => {
      const moved = outputs.slice()
      moved[at]! += by
      return 2 * crossEntropy.mean(moved, targets, 3)
    }
    for (const position of [0, 1, 2]) {
      crossEntropy.derivatives({ outputs, targets, width: 3 }, position, first, second)
      for (const row of [0, 1]) {
        const at = row * 3 + position
        const [less, same, more] = [-1e-4, 0, 1e-4].map((by) => lossAt(at, by)) as [number, number, number]
        expect(first[row]).toBeCloseTo((more - less) / 2e-4, 6)
        expect(second[row]).toBeCloseTo((more - 2 * same + less) / 1e-8, 4)
      }
    }
  })

  it('starts with the frequencies of classes, none of them impossible', () => {
    expect([...logFrequencies([0, 0, 1], 3)].map((x) => Math.exp(x))).toEqual(
      [3 / 6, 2 / 6, 1 / 6].map((p) => expect.closeTo(p, 12) as number),
    )
  })
})
