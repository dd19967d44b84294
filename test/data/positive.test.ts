import { describe, expect, it } from 'vitest'
import { withPositive } from '../../src/data/positive.js'
import type { PreparedData, Task } from '../../src/data/types.js'
import { optionsOf } from '../../src/objective/metric-options.js'
import { targetsOnly } from '../helpers/targets-only.js'

/** Rows with these targets, of which the first four are in `train`. */
const dataOf = (task: Task, targets: readonly number[]) => targetsOnly(task, targets, 4)

const two: Task = { kind: 'classification', classes: ['good', 'bad'] }
const positiveOf = (data: PreparedData) =>
  data.dataset.task.kind === 'classification' ? data.dataset.task.positive : undefined

describe('the positive class', () => {
  it.each([
    ['bad', [0, 0, 1, 0, 1, 1, 1]],
    ['good', [1, 0, 1, 1, 0, 0, 0]],
    ['bad', [1, 0, 1, 0, 0]],
  ])('is the rarer of two in training, of equal ones the last: %s of %j', (positive, targets) => {
    expect(positiveOf(withPositive(dataOf(two, targets), undefined))).toBe(positive)
  })

  it('is what is given, and metrics know its place', () => {
    const { dataset } = withPositive(dataOf(two, [0, 0, 1, 0]), 'good')
    expect(optionsOf(dataset.task)).toEqual({ positive: 0 })
    expect(dataset.hash).toBe('h')
  })

  it('is none of several unless it is given', () => {
    const three = dataOf({ kind: 'classification', classes: ['a', 'b', 'c'] }, [0, 1, 2, 0])
    expect(positiveOf(withPositive(three, undefined))).toBeUndefined()
    expect(positiveOf(withPositive(three, 'b'))).toBe('b')
    expect(optionsOf(three.dataset.task)).toEqual({})
  })

  it('is refused where it is no class', () => {
    expect(() => withPositive(dataOf(two, [0, 1, 0, 0]), 'Bad')).toThrow(
      'config.data.positive: expected one of the classes good, bad, got "Bad"',
    )
    expect(() => withPositive(dataOf({ kind: 'regression', outputs: ['y'] }, [0, 1, 0, 0]), 'bad')).toThrow(
      'config.data.positive: expected a classification task, or no such key, got "regression"',
    )
  })
})
