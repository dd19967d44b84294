import { describe, expect, it } from 'vitest'
import type { Task } from '../../src/data/types.js'
import { testFigures } from '../../src/trial/test-figures.js'
import { targetsOnly } from '../helpers/targets-only.js'

/** Data of which all rows but the first are in `test`. */
const dataOf = (task: Task, targets: readonly number[]) => targetsOnly(task, targets, 1)

const classes = ['ok', 'bad']
const logits = [2, 0, 1, 0, 0, 1, 0, 3, 1, 0]

describe('the figures on test', () => {
  it('count what each class is decided to be, with the offsets of a decision', () => {
    const data = dataOf({ kind: 'classification', classes, positive: 'bad' }, [1, 0, 0, 0, 1, 1])
    const found = testFigures(data, logits)
    expect(found.positive).toBe('bad')
    expect(found.confusion).toEqual({
      classes,
      rows: [
        [2, 1],
        [1, 1],
      ],
    })
    expect(found.metrics).toMatchObject({ accuracy: 0.6, f1: 0.5 })
    // Rows with a difference of logits above −1.5 are bad then: all but the first.
    const moved = testFigures(data, logits, { positive: 1, offsets: [0, 1.5] })
    expect(moved.confusion!.rows).toEqual([
      [1, 2],
      [0, 2],
    ])
    expect(moved.metrics!['roc-auc']).toBe(found.metrics!['roc-auc'])
  })

  it('are null where the rows do not define them', () => {
    const { metrics } = testFigures(
      dataOf({ kind: 'classification', classes, positive: 'bad' }, [1, 0, 0, 0, 0, 0]),
      logits,
    )
    expect(metrics).toMatchObject({ accuracy: 0.6, 'average-precision': null, 'balanced-accuracy': 0.6 })
  })

  it('have no table of decisions of many classes or of numbers, and nothing without rows', () => {
    const many = Array.from({ length: 21 }, (_, c) => `c${c}`)
    expect(
      testFigures(
        dataOf({ kind: 'classification', classes: many }, [0, 1]),
        many.map(() => 0),
      ),
    ).not.toHaveProperty('confusion')
    const numbers = testFigures(dataOf({ kind: 'regression', outputs: ['y'] }, [0, 1, 4]), [2, 2])
    expect(Object.keys(numbers)).toEqual(['metrics'])
    // |2 − 1| / 1 and |2 − 4| / 4.
    expect(numbers.metrics).toMatchObject({ mae: 1.5, mape: 0.75, 'median-error': 1.5 })
    expect(testFigures(dataOf({ kind: 'regression', outputs: ['y'] }, [0]), [])).toEqual({})
  })
})
