import { describe, expect, it } from 'vitest'
import { lengthWithin, secondsOf, type MeasuredSearch } from '../../src/runs/search-length.js'

/** Gates move in a thousand steps of 0.1 s, with fifty inspections of 100 rows. */
const search = (row: number): MeasuredSearch => ({
  work: {
    phases: [{ name: 'press', from: 0, to: 1000, train: new Set(), gates: 'move', paths: 'all' }],
    prune: { from: 0, until: 1000 },
    steps: 1000,
    evaluateEvery: 100,
    inspectEvery: 20,
    rows: { evaluation: 0, look: 100 },
    ablated: 0,
  },
  times: { moves: 0.1, held: 0.1, singlePath: 0.1, renewal: 0, row },
  left: 1,
})
const options = { fewest: 20, given: false }

describe('the length of a search in a time', () => {
  it('is the usual one, if that fits', () => {
    expect(lengthWithin(search(0), 200, options)).toEqual({ steps: 1000, inspectEvery: 20 })
  })

  it('is the longest one that fits', () => {
    const found = lengthWithin(search(0), 50, options)!
    // 500 steps, less ten hundredths of a second for each checkpoint.
    expect(found.steps).toBeGreaterThan(490)
    expect(found.steps).toBeLessThanOrEqual(500)
    // As many inspections as ever.
    expect(found.inspectEvery).toBe(Math.round(found.steps / 50))
  })

  it('has fewer inspections, if these would take most of the time', () => {
    // Fifty inspections of 1 s each would leave nothing of 30 s.
    const slow = search(0.01)
    const found = lengthWithin(slow, 30, options)!
    expect(secondsOf(slow, found)).toBeLessThanOrEqual(30)
    expect(found.steps / found.inspectEvery).toBeLessThan(16)
    expect(found.steps / found.inspectEvery).toBeGreaterThan(8)
    expect(0.1 * found.steps).toBeGreaterThan(0.4 * 30)
  })

  it('keeps an interval that is given', () => {
    expect(lengthWithin(search(0.001), 50, { ...options, given: true })!.inspectEvery).toBe(20)
  })

  it('is none, if the fewest steps do not fit', () => {
    expect(lengthWithin(search(0), 1, options)).toBeUndefined()
  })
})
