import { describe, expect, it } from 'vitest'
import { layOut, layOutApart, livingBytes, type Lifetime } from '../../src/arena.js'
import { randomSource } from './support/sentei.js'

const stream = randomSource(23).stream('arena', '')

/** Sizes in whole and in parts of 16 bytes, many of them equal; some stay for ever. */
function drawLifetime(moments: number): Lifetime {
  const from = stream.integer(moments)
  const bytes = stream.integer(3) === 0 ? 64 : stream.integer(500)
  const until = stream.integer(8) === 0 ? Infinity : from + stream.integer(1 + moments / 3)
  return { bytes, from, until }
}

const aligned = ({ bytes }: Lifetime) => Math.max(16, Math.ceil(bytes / 16) * 16)
const sum = (lifetimes: readonly Lifetime[]) => lifetimes.reduce((total, one) => total + aligned(one), 0)

/** The most bytes that live at one moment. */
const most = (lifetimes: readonly Lifetime[]) =>
  Math.max(
    ...lifetimes.map(({ from: moment }) =>
      sum(lifetimes.filter(({ from, until }) => from <= moment && moment < until)),
    ),
  )

describe('the arena', () => {
  it('gives what lives at the same time places apart, in no more than all of it takes', () => {
    let shared = 0
    for (let trial = 0; trial < 500; trial++) {
      const moments = 1 + stream.integer(60)
      const lifetimes = Array.from({ length: 1 + stream.integer(40) }, () => drawLifetime(moments))
      const { offsets, bytes } = layOut(lifetimes)
      expect(offsets).toHaveLength(lifetimes.length)
      lifetimes.forEach((one, i) => {
        expect(offsets[i]! % 16).toBe(0)
        expect(offsets[i]! + aligned(one)).toBeLessThanOrEqual(bytes)
        lifetimes.slice(0, i).forEach((other, k) => {
          if (one.until <= other.from || other.until <= one.from) return
          const apart = offsets[i]! + one.bytes <= offsets[k]! || offsets[k]! + other.bytes <= offsets[i]!
          if (!apart) expect.fail(`${JSON.stringify([one, other])} at ${offsets[i]} and ${offsets[k]}`)
        })
      })
      expect(bytes).toBeLessThanOrEqual(sum(lifetimes))
      expect(bytes).toBeGreaterThanOrEqual(most(lifetimes))
      expect(livingBytes(lifetimes)).toBe(most(lifetimes))
      if (bytes < sum(lifetimes)) shared += 1
    }
    expect(shared).toBeGreaterThan(250)
  })

  it('takes the most that lives at one moment where lifetimes contain each other', () => {
    for (let trial = 0; trial < 100; trial++) {
      const depth = 1 + stream.integer(20)
      const nested = Array.from({ length: depth }, (_, i) => ({
        bytes: stream.integer(500),
        from: i,
        until: 2 * depth - i,
      }))
      expect(layOut(nested).bytes).toBe(sum(nested))
      const inTurn = nested.map((one, i) => ({ ...one, from: i, until: i + 1 }))
      expect(layOut(inTurn).bytes).toBe(Math.max(...nested.map(aligned)))
      const below = { bytes: stream.integer(500), from: 0, until: Infinity }
      expect(layOut([...inTurn, below]).bytes).toBe(most([...inTurn, below]))
    }
  })

  it('keeps what stays apart, one after another, and lays out the rest without it', () => {
    const passing = [
      { bytes: 100, from: 0, until: 2 },
      { bytes: 100, from: 2, until: 3 },
      { bytes: 16, from: 1, until: 3 },
    ]
    const staying = [20, 16].map((bytes, from) => ({ bytes, from, until: Infinity }))
    const { offsets, bytes } = layOut(passing)
    expect(layOutApart([staying[0]!, ...passing, staying[1]!])).toEqual({
      offsets: [0, ...offsets, 32],
      keptBytes: 48,
      passingBytes: bytes,
    })
    expect(bytes).toBe(128)
  })

  it('of nothing takes nothing', () => expect(layOut([])).toEqual({ offsets: [], bytes: 0 }))
})
