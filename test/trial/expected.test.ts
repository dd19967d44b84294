import { describe, expect, it } from 'vitest'
import { retrained, searchSpan, trainingSpan, type SearchWork } from '../../src/trial/expected.js'
import { timesOfSteps } from '../../src/trial/timing.js'

const all: ReadonlySet<string> = new Set()
/** A hundred iterations with held gates, then a hundred with moving ones, in which the window lies. */
const work: SearchWork = {
  phases: [
    { name: 'warm-up', from: 0, to: 100, train: all, gates: 'hold', paths: 'all' },
    { name: 'press', from: 100, to: 200, train: all, gates: 'move', paths: 'alternate' },
  ],
  prune: { from: 100, until: 200 },
  steps: 200,
  evaluateEvery: 200,
  inspectEvery: 10,
  rows: { evaluation: 0, look: 0 },
  ablated: 0,
}
const still = { moves: 0, held: 0, singlePath: 0, renewal: 0, row: 0 }
/** The checkpoint of the only evaluation. */
const saving = 0.03

describe('the expected time of a search', () => {
  it('counts steps by phase, every second one in a single path where they alternate', () => {
    const { most } = searchSpan(work, { ...still, held: 1, moves: 3, singlePath: 5 }, 0.5)
    expect(most).toBeCloseTo(100 * 1 + 50 * 3 + 50 * 5 + saving)
  })

  it('is shorter as a rule, where steps get cheaper over the window', () => {
    const { typical } = searchSpan(work, { ...still, held: 1, moves: 1, singlePath: 1 }, 0.5)
    // From 1 to a half in the second hundred, so three quarters of it; before it all.
    expect(typical - 0.75 * saving).toBeGreaterThan(175)
    expect(typical - saving).toBeLessThan(175.01)
  })

  it('counts the rows of evaluations and of inspections of moving gates, and ablations', () => {
    const rows = { evaluation: 7, look: 11 }
    const { most } = searchSpan({ ...work, rows, evaluateEvery: 50, ablated: 13 }, { ...still, row: 1 }, 1)
    expect(most).toBeCloseTo(4 * (7 + saving) + 10 * 11 + 13)
  })

  it('counts what removals cost: at most one at each inspection of the window', () => {
    const { typical, most } = searchSpan(work, { ...still, renewal: 2 }, 1)
    expect(most).toBeCloseTo(10 * 2 + saving)
    expect(typical).toBeGreaterThan(0)
    expect(typical).toBeLessThan(most)
  })
})

describe('the expected time of a training', () => {
  const times = { step: 2, evaluation: 30 }

  it('is all of its steps and evaluations', () => {
    const span = trainingSpan({ steps: 100, evaluateEvery: 10 }, times)
    expect(span).toEqual({ typical: 500, most: 500 })
  })

  it('is as a rule shorter where it may stop early, but longer than its patience', () => {
    const { typical, most } = trainingSpan(
      { steps: 1000, evaluateEvery: 10, earlyStop: { steps: 100 } },
      times,
    )
    expect(most).toBe(5000)
    expect(typical).toBeGreaterThan(500)
    expect(typical).toBeLessThan(1500)
    const short = trainingSpan({ steps: 100, evaluateEvery: 10, earlyStop: { steps: 100 } }, times)
    expect(short.typical).toBe(short.most)
  })

  it('of a network that is not known yet lies between the smallest and the whole one', () => {
    const found = retrained({ step: 4, evaluation: 8 }, { step: 1, evaluation: 8 })
    expect(found.step).toBeGreaterThan(1)
    expect(found.step).toBeLessThan(4)
    expect(found.evaluation).toBe(8)
  })
})

describe('the times of a training', () => {
  /** Steps of 2 ms, every third one followed by an evaluation of 10 ms, after some that take longer. */
  const begun = (count: number, slow: number) => {
    let at = 0
    return Array.from({ length: count }, (_, i) => {
      const evaluated = i > 0 && i % 3 === 0
      at += (i <= slow ? 50 : 2) + (evaluated ? 10 : 0)
      return { at, evaluated }
    })
  }

  it('are those between the beginnings of steps, without the first ones', () => {
    const { step, evaluation } = timesOfSteps(begun(60, 8))
    expect(step).toBeCloseTo(0.002)
    expect(evaluation).toBeCloseTo(0.01)
  })

  it('come of two evaluations, if there are no more', () => {
    const { step, evaluation } = timesOfSteps(begun(8, 2))
    expect(step).toBeCloseTo(0.002)
    expect(evaluation).toBeCloseTo(0.01)
  })
})
