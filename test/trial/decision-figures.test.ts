import { expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { withDecision } from '../../src/data/decision.js'
import type { Decision } from '../../src/data/types.js'
import { decisionFigures } from '../../src/trial/decision-figures.js'
import type { Trial } from '../../src/trial/types.js'
import { targetsOnly } from '../helpers/targets-only.js'

/** The figures of log-odds of a class "bad" on test rows that come `times` times; the first of three rows validate. */
function figuresOf(decision: Decision | undefined, times = 1) {
  const odds = [-3, -1, -1, 1, 2, -1.2]
  const targets = [0, 1, 0, 0, 1, 1]
  const repeated = <T>(values: readonly T[]) => Array.from({ length: times }, () => values).flat()
  const task = { kind: 'classification', classes: ['ok', 'bad'], positive: 'bad' } as const
  const made = targetsOnly(task, [1, 0, 0, ...repeated(targets)], 3)
  const data = withDecision({ ...made, splits: { ...made.splits, validation: made.splits.train } }, decision)
  const config = { split: { by: 'random' } } as Trial['config']
  const outputs = repeated(odds).flatMap((z) => [0, z])
  return decisionFigures({ data, config, random: randomSource(1) }, outputs)
}

it('of a threshold are those of its decisions, beside those of the most probable class', () => {
  // From log-odds of log(0.2 / 0.8) = −1.39 on, five rows are bad, three of them rightly; from 0 on, two.
  const found = figuresOf({ threshold: 0.2, by: 'f1' })!
  expect(found.chosenOn).toEqual({ rows: 3, positive: 1 })
  expect(found.figures).toEqual({
    precision: { value: 3 / 5, interval: null, mostProbable: 1 / 2 },
    recall: { value: 1, interval: null, mostProbable: 1 / 3 },
    f1: { value: 6 / 8, interval: null, mostProbable: 2 / 5 },
  })
})

it('of costs have the mean cost, and intervals where there are rows enough', () => {
  const costs = [
    [0, 1],
    [10, 0],
  ]
  // Bad from a probability of 1 / 11 on: the first row's is 0.047. Two alarms, or two misses and one alarm.
  const { figures, chosenOn } = figuresOf({ costs }, 10)!
  expect(chosenOn).toBeUndefined()
  expect(figures.cost).toMatchObject({ value: 2 / 6, mostProbable: 21 / 6 })
  const [low, high] = figures.precision!.interval!
  expect(low).toBeLessThan(3 / 5)
  expect(high).toBeGreaterThan(3 / 5)
  expect(high - low).toBeLessThan(0.5)
})

it('are not defined where nothing is decided for, and absent without a decision', () => {
  expect(figuresOf({ threshold: 0.99 })!.figures.precision!.value).toBeNull()
  expect(figuresOf(undefined)).toBeUndefined()
})
