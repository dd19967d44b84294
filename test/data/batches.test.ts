import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { augmentImages } from '../../src/data/augment.js'
import { batchesOf, epochOrder, gather, shardsOf } from '../../src/data/batches.js'

const range = (n: number) => Uint32Array.from({ length: n }, (_, i) => i)
const random = randomSource(3)

describe('epochOrder', () => {
  it('is a permutation that depends on seed, purpose and epoch alone', () => {
    const rows = range(50).map((i) => 3 * i)
    const order = epochOrder(rows, 2, random, 'batch')
    expect([...order].sort((a, b) => a - b)).toEqual([...rows])
    expect(epochOrder(rows, 2, randomSource(3), 'batch')).toEqual(order)
    for (const other of [
      epochOrder(rows, 3, random, 'batch'),
      epochOrder(rows, 2, random, 'arch'),
      epochOrder(rows, 2, randomSource(4), 'batch'),
    ]) {
      expect(other).not.toEqual(order)
    }
  })
})

describe('batchesOf', () => {
  it.each([
    [8, 4, [4, 4]],
    [10, 4, [4, 4, 2]],
    [9, 4, [4, 4]],
    [3, 4, [3]],
    [1, 4, [1]],
    [7, 5, [5]],
    [8, 5, [5, 3]],
    [0, 4, []],
  ])('cuts %i rows by %i into %j', (rows, size, lengths) => {
    const batches = batchesOf(range(rows), size)
    expect(batches.map((batch) => batch.length)).toEqual(lengths)
    expect(batches.flatMap((batch) => [...batch])).toEqual([...range(lengths.reduce((a, b) => a + b, 0))])
  })
})

describe('shardsOf', () => {
  it.each([
    [8, 2, [4, 4]],
    [10, 4, [3, 3, 2, 2]],
    [3, 1, [3]],
    [2, 4, [1, 1]],
  ])('cuts %i rows into %i: %j', (rows, shards, lengths) => {
    const parts = shardsOf(range(rows), shards)
    expect(parts.map((part) => part.length)).toEqual(lengths)
    expect(parts.flatMap((part) => [...part])).toEqual([...range(rows)])
  })
})

describe('gather', () => {
  it('copies rows in order', () => {
    const data = Float32Array.of(0, 1, 10, 11, 20, 21)
    const rows = gather(data, 2, Uint32Array.of(2, 0))
    expect([...rows]).toEqual([20, 21, 0, 1])
    rows[0] = 99
    expect(data[4]).toBe(20)
  })
})

describe('augmentImages', () => {
  // Each pixel says where it stands: 10 · row + column, and its negative in a second channel.
  const shape = [4, 5, 2]
  const image = Float32Array.from({ length: 40 }, (_, i) => {
    const pixel = Math.floor(i / 2)
    const value = 10 * Math.floor(pixel / 5) + (pixel % 5)
    return i % 2 === 0 ? value : -value
  })
  const one = (row: number, epoch: number, options: object) =>
    augmentImages(image, shape, Uint32Array.of(row), epoch, random, options)
  const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value))

  function shifted(down: number, right: number, mirror: boolean): number[] {
    return Array.from({ length: 40 }, (_, i) => {
      const pixel = Math.floor(i / 2)
      const y = clamp(Math.floor(pixel / 5) - down, 3)
      const x = clamp((pixel % 5) - right, 4)
      const value = 10 * y + (mirror ? 4 - x : x)
      return i % 2 === 0 ? value : -value
    })
  }

  it('changes nothing by default, and never its input', () => {
    const before = image.slice()
    expect(one(0, 0, {})).toEqual(image)
    one(0, 0, { shift: 2, flip: true })
    expect(image).toEqual(before)
  })

  it('gives every shift and mirror image, edges repeated, and nothing else', () => {
    const possible = new Set<string>()
    for (const mirror of [false, true]) {
      for (const down of [-1, 0, 1])
        for (const right of [-1, 0, 1]) possible.add(String(shifted(down, right, mirror)))
    }
    const seen = new Set(
      Array.from({ length: 400 }, (_, row) => String([...one(row, 0, { shift: 1, flip: true })])),
    )
    expect(possible.size).toBe(18)
    // −0 and 0 print alike.
    expect([...seen].sort()).toEqual([...possible].sort())
  })

  it('depends on the row and the epoch, not on the batch', () => {
    const rows = Uint32Array.of(7, 3, 9)
    const batch = Float32Array.from([...image, ...image, ...image])
    const all = augmentImages(batch, shape, rows, 4, random, { shift: 2, flip: true })
    rows.forEach((row, i) => {
      expect(all.subarray(i * 40, (i + 1) * 40)).toEqual(one(row, 4, { shift: 2, flip: true }))
    })
    const epochs = new Set(
      Array.from({ length: 20 }, (_, epoch) => String(one(7, epoch, { shift: 2, flip: true }))),
    )
    expect(epochs.size).toBeGreaterThan(10)
  })

  it('draws the same shift with mirroring and without', () => {
    for (let row = 0; row < 30; row++) {
      const plain = String(one(row, 0, { shift: 1 }))
      const mirrored = one(row, 0, { shift: 1, flip: true })
      const back = [String(mirrored)]
      for (const down of [-1, 0, 1]) {
        for (const right of [-1, 0, 1]) {
          if (String(shifted(down, right, true)) === back[0]) back.push(String(shifted(down, right, false)))
        }
      }
      expect(back).toContain(plain)
    }
  })
})
