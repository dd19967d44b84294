import { describe, expect, test } from 'vitest'
import type { Event } from '../../src/events/types.js'
import { evaluationsOf } from '../../src/report/history.js'
import { withoutVoid } from '../../src/report/standing.js'

describe('the events that stand', () => {
  const evaluation = (step: number, validation: number) =>
    ({ type: 'evaluation', stage: 'retrain', step, validation }) as unknown as Event
  const attempt = (size: number): Event => ({ type: 'attempt', size, cost: 1 })
  const back: Event = {
    type: 'intervention',
    stage: 'retrain',
    step: 0,
    what: 'retrain.weights.learningRate',
    from: 1,
    to: 0.5,
    by: 'roll-back',
  }

  test('are those of the retraining that was kept, roll-backs of others aside', () => {
    const events = [
      attempt(0.5),
      evaluation(1, 10),
      evaluation(2, 11),
      attempt(0.2),
      evaluation(1, 20),
      back,
      evaluation(1, 21),
    ]
    const values = (all: readonly Event[]) =>
      evaluationsOf(withoutVoid(all), 'retrain').map(({ validation }) => validation)
    expect(values(events)).toEqual([21])
    expect(values([...events, { type: 'kept', size: 0.5 }])).toEqual([10, 11])
    expect(values([...events, { type: 'kept', size: 0.2 }])).toEqual([21])
  })
})
