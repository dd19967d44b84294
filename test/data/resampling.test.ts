import { describe, expect, it } from 'vitest'
import { resamplingOf } from '../../src/data/resampling.js'
import { imageData } from '../helpers/trials.js'

const { dataset } = imageData({ train: 300, validation: 12 })
const split = { by: 'auto', train: 0.6, arch: 0, validation: 0.2, test: 0.2 } as const
const rows = Uint32Array.from({ length: 100 }, (_, i) => 3 * i)

describe('what is drawn', () => {
  it('is rows where these are independent', () => {
    const { of, units, draws } = resamplingOf(dataset, split, rows)
    expect([of, units.length, draws, units[7]]).toEqual(['rows', 100, 100, [7]])
  })

  it('is groups, by the key', () => {
    const keys = Array.from({ length: dataset.rows }, (_, row) => `g${row % 9}`)
    const { of, units, draws } = resamplingOf({ ...dataset, keys }, { ...split, by: 'group' }, rows)
    expect([of, units.length, draws]).toEqual(['groups', 3, 3])
    expect(units.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })

  it('is blocks', () => {
    const { of, units } = resamplingOf(dataset, { ...split, by: 'block', block: 30 }, rows)
    expect([of, units.length, units[0]]).toEqual(['blocks', 10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]])
  })

  it('is stretches of time, in its order, of at least n^(1/3) rows', () => {
    const keys = Array.from({ length: dataset.rows }, (_, row) => -row)
    const { of, units, draws } = resamplingOf({ ...dataset, keys }, { ...split, by: 'time' }, rows)
    expect([of, units.length, draws, units[0]]).toEqual(['stretches', 96, 20, [99, 98, 97, 96, 95]])
  })

  it('is stretches as long as windows overlap, or times are equal', () => {
    const spans = Array.from({ length: dataset.rows }, (_, row) => [row, row + 24] as const)
    const windows = resamplingOf({ ...dataset, spans }, split, rows)
    expect([windows.units.length, windows.units[0]!.length, windows.draws]).toEqual([93, 8, 13])
    const keys = Array.from({ length: dataset.rows }, (_, row) => Math.floor(row / 30))
    const days = resamplingOf({ ...dataset, keys }, { ...split, by: 'time' }, rows)
    expect(days.units[0]).toHaveLength(10)
  })
  it('is stretches of one series each; a shorter series is one as it is', () => {
    // Rows 0 to 149 and 150 to 290 are of two series, those from 291 on of a third.
    const of = Array.from({ length: dataset.rows }, (_, row) => (row < 150 ? 0 : row < 291 ? 1 : 2))
    const spans = Array.from({ length: dataset.rows }, (_, row) => [row, row + 24] as const)
    const { units } = resamplingOf({ ...dataset, spans, series: { of, steps: [] } }, split, rows)
    const seriesIn = (unit: readonly number[]) => new Set(unit.map((place) => of[rows[place]!]))
    expect(units.every((unit) => seriesIn(unit).size === 1)).toBe(true)
    // 50, 47 and 3 of the 100 rows: 43 and 40 stretches of 8, and one of 3.
    expect(units.map((unit) => unit.length).sort((a, b) => a - b)).toEqual([
      3,
      ...new Array<number>(83).fill(8),
    ])
  })
})
