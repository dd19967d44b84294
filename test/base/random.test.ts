import { describe, expect, it } from 'vitest'
import { philox, randomSource, type RandomStream } from '../../src/base/random.js'

const hex = (words: readonly number[]) => words.map((word) => word.toString(16).padStart(8, '0')).join(' ')
const draws = (n: number, stream: RandomStream) => Array.from({ length: n }, () => stream.uniform())
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
const moment = (values: readonly number[], k: number) => mean(values.map((v) => v ** k))

describe('philox', () => {
  it.each([
    [[0, 0, 0, 0], [0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      '408f276d 41c83b0e a20bc7c6 6d5451fd',
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      'd16cfe09 94fdcceb 5001e420 24126ea1',
    ],
  ] as const)('gives the known answer of Random123 for counter %j and key %j', (counter, key, answer) => {
    expect(hex(philox(counter, key))).toBe(answer)
  })
})

describe('a stream', () => {
  it('starts at the same place each time it is made', () => {
    const source = randomSource(5)
    const first = draws(10, source.stream('batch', 'order', 3))
    expect(draws(10, source.stream('batch', 'order', 3))).toEqual(first)
    expect(draws(10, randomSource(5).stream('batch', 'order', 3))).toEqual(first)
  })

  it('does not depend on what is drawn from others, before or between', () => {
    const source = randomSource(1)
    const alone = draws(9, randomSource(1).stream('init', 'a'))
    const other = source.stream('init', 'b')
    draws(7, other)
    const stream = source.stream('init', 'a')
    const between = Array.from({ length: 9 }, () => (other.normal(), stream.uniform()))
    expect(between).toEqual(alone)
  })

  it('differs by seed, purpose, part and iteration', () => {
    const first = (seed: number, purpose: string, part?: string, t?: number) =>
      draws(4, randomSource(seed).stream(purpose, part, t)).join()
    const all = [
      first(1, 'a'),
      first(2, 'a'),
      first(1, 'b'),
      first(1, 'a', 'b'),
      first(1, 'ab'),
      first(1, 'a', '', 1),
      first(1, '', 'a'),
      first(1, 'a', '', 2 ** 31),
    ]
    expect(new Set(all).size).toBe(all.length)
  })

  it('tells seeds above 2³² from their lower 32 bits', () => {
    const seeds = [7, 7 + 2 ** 32, 7 + 2 ** 33, Number.MAX_SAFE_INTEGER, 2 ** 32 - 1]
    const first = seeds.map((seed) => draws(4, randomSource(seed).stream('x')).join())
    expect(new Set(first).size).toBe(seeds.length)
  })

  it('hands out unrelated names unrelated keys: 5,000 streams, no first draw twice', () => {
    const source = randomSource(3)
    const first = Array.from({ length: 5000 }, (_, i) => source.stream('init', `node${i}:kernel`).uniform())
    expect(new Set(first).size).toBeGreaterThan(4997)
    expect(mean(first)).toBeCloseTo(0.5, 1.5)
  })
})

describe('draws', () => {
  const n = 100_000
  const stream = () => randomSource(11).stream('moments')

  it('uniform fill [0, 1) evenly (χ² over 100 cells)', () => {
    const values = draws(n, stream())
    const cells = new Array<number>(100).fill(0)
    for (const value of values) cells[Math.floor(value * 100)]!++
    const chi2 = cells.reduce((sum, count) => sum + (count - n / 100) ** 2 / (n / 100), 0)
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true)
    expect(chi2).toBeGreaterThan(60)
    expect(chi2).toBeLessThan(150)
  })

  it('uniform are uncorrelated with the next one', () => {
    const values = draws(n, stream())
    const lagged = mean(values.slice(1).map((value, i) => (value - 0.5) * (values[i]! - 0.5)))
    expect(Math.abs(lagged) * 12).toBeLessThan(0.015)
  })

  it('normal have the moments of N(0, 1)', () => {
    const normal = stream()
    const values = Array.from({ length: n }, () => normal.normal())
    expect(moment(values, 1)).toBeCloseTo(0, 1.5)
    expect(moment(values, 2)).toBeCloseTo(1, 1.5)
    expect(Math.abs(moment(values, 3))).toBeLessThan(0.05)
    expect(moment(values, 4)).toBeCloseTo(3, 0.5)
    expect(values.every(Number.isFinite)).toBe(true)
  })

  it('integer reach each of 0 … n − 1 about as often', () => {
    const sevens = randomSource(2).stream('integers')
    const counts = new Array<number>(7).fill(0)
    for (const value of Array.from({ length: 14_000 }, () => sevens.integer(7))) counts[value]!++
    expect(Math.min(...counts)).toBeGreaterThan(1850)
    expect(Math.max(...counts)).toBeLessThan(2150)
  })

  it('a permutation holds each index once, and each place is as likely', () => {
    const source = randomSource(4)
    const orders = Array.from({ length: 3000 }, (_, t) => source.stream('order', '', t).permutation(5))
    expect(orders.every((order) => [...order].sort().join() === '0,1,2,3,4')).toBe(true)
    for (let place = 0; place < 5; place++)
      expect(mean(orders.map((order) => order[place]!))).toBeCloseTo(2, 0.9)
  })
})

describe('many draws at once', () => {
  it('are those of one after the other', () => {
    const [many, one] = [randomSource(4).stream('a'), randomSource(4).stream('a')]
    expect([...many.uniforms(11), many.uniform()]).toEqual([
      ...draws(11, one).map(Math.fround),
      one.uniform(),
    ])
  })

  it('have the moments of the standard normal distribution, for an odd number too', () => {
    const values = [...randomSource(4).stream('b').normals(100001)]
    expect(values).toHaveLength(100001)
    expect(Math.abs(mean(values))).toBeLessThan(0.02)
    expect(Math.abs(moment(values, 2) - 1)).toBeLessThan(0.03)
    expect(Math.abs(moment(values, 4) - 3)).toBeLessThan(0.15)
    const pairs = mean(values.slice(0, -1).map((value, i) => value * values[i + 1]!))
    expect(Math.abs(pairs)).toBeLessThan(0.02)
  })
})
