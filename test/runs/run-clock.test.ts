import { describe, expect, it } from 'vitest'
import { searchPace, trainingShares } from '../../src/runs/run-clock.js'

/** A clock that stands until it is moved. */
function clock() {
  let time = 100
  return { now: () => time, pass: (seconds: number) => void (time += seconds) }
}

describe('the pace of a search in a time', () => {
  /** Inspections every 10 iterations of 1,000, `seconds` apart; the pace is taken up each time. */
  function paces(until: number, seconds: readonly number[], searches = 1): number[] {
    const { now, pass } = clock()
    const asked = searchPace(100 + until, now)
    let pace = 1
    let step = 0
    return seconds.map((each) => {
      pass(each)
      step += 10 * pace
      pace = asked({ step, steps: 1000, pace, searches })
      return pace
    })
  }

  it('falls below the usual one where there is time to spare', () => {
    const found = paces(1000, [20, 100, 1, 1, 1])
    // 970 and fewer steps at 0.1 s in nearly 880 s.
    expect(found.slice(2).every((pace) => pace < 0.2)).toBe(true)
  })

  it('is that at which what is left ends in time', () => {
    // 980 iterations at 1 s a step in 80 s would need a pace of 12.25; it grows threefold at most.
    expect(paces(100, [10, 10])[1]).toBe(3)
    // 960 iterations at 0.2 s a step in 96 s.
    expect(paces(120, [12, 2, 2, 2])[1]).toBeCloseTo((980 * 0.2) / 106)
  })

  it('does not judge by the first tenth of the time, in which passes are recorded', () => {
    expect(paces(100, [4, 4])).toEqual([1, 1])
  })

  it('shares the time among the searches that are left', () => {
    const [, alone] = paces(400, [40, 2])
    const [, first] = paces(400, [40, 2], 2)
    expect(first).toBeCloseTo(2 * alone!)
  })

  it('is the fastest possible one once the time is over', () => {
    expect(paces(20, [5, 30, 1])).toEqual([1, 3, 9])
  })
})

describe('the time of trainings', () => {
  it('goes to each by what it is expected to take', () => {
    const { now, pass } = clock()
    // The unpruned supernet takes as long as 2.2 retrainings; there are two of these, with a tenth as much
    // again in reserve.
    const training = trainingShares({ baseline: 2.2, each: 1, count: 2 }, 140, now)
    const isOver = training('baseline')
    pass(19)
    expect(isOver(100)).toBe(false)
    pass(1)
    expect(isOver(101)).toBe(true)
  })

  it('goes to each of several unpruned supernets', () => {
    const { now, pass } = clock()
    // Three of them as long as two retrainings each, and two retrainings with a reserve: 2 of 8.2.
    const training = trainingShares({ baseline: 2, baselines: 3, each: 1, count: 2 }, 182, now)
    const first = training('baseline')
    pass(19.9)
    expect(first(100)).toBe(false)
    pass(0.1)
    expect(first(101)).toBe(true)
    // 2 of 6.2, while 62 s are left.
    const second = training('baseline')
    pass(19.9)
    expect(second(100)).toBe(false)
    pass(0.2)
    expect(second(101)).toBe(true)
  })

  it('lets later ones have what an earlier one did not need', () => {
    const { now, pass } = clock()
    const training = trainingShares({ baseline: 0, each: 1, count: 2 }, 140, now)
    training('retrain')
    pass(10)
    const isOver = training('retrain')
    pass(29)
    expect(isOver(1000)).toBe(false)
    pass(1)
    expect(isOver(1001)).toBe(true)
  })

  it('ends later ones after as many steps as the first that it ended, where they are fast', () => {
    const { now, pass } = clock()
    const training = trainingShares({ baseline: 1, each: 1, count: 1 }, 121, now)
    const first = training('baseline')
    pass(10)
    expect(first(64)).toBe(true)
    const second = training('retrain')
    expect(second(63)).toBe(false)
    expect(second(64)).toBe(true)
  })

  it('gives them some more time to get that far', () => {
    const { now, pass } = clock()
    const training = trainingShares({ baseline: 1, each: 1, count: 2 }, 130, now)
    const first = training('baseline')
    pass(10)
    expect(first(64)).toBe(true)
    // Half of the 20 s that are left, and a tenth of that again.
    const second = training('retrain')
    pass(10.5)
    expect(second(60)).toBe(false)
    pass(1)
    expect(second(61)).toBe(true)
  })

  it('is over at the first evaluation where nothing is left', () => {
    const { now, pass } = clock()
    const training = trainingShares({ baseline: 0, each: 1, count: 1 }, 110, now)
    pass(20)
    expect(training('retrain')(1)).toBe(true)
  })
})
