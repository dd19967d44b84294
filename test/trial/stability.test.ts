import { expect, test } from 'vitest'
import { resolveConfig } from '../../src/config/load-config.js'
import type { Event } from '../../src/events/types.js'
import { setupTrial } from '../../src/setup/setup-trial.js'
import { furtherTrainings } from '../../src/trial/criteria/stability.js'
import { evaluateNetwork } from '../../src/trial/evaluate-network.js'
import { retrainArchitecture } from '../../src/trial/retrain-architecture.js'
import { runTrial } from '../../src/trial/trial.js'
import { tinyMlp } from '../runs/helper.js'

const hooks = { emit: () => undefined }
const stability = { metric: 'stability', atMost: 1e9 }
const trialOf = (seed: number, retrain: object, criteria: object[]) => {
  const config = { ...tinyMlp, schedule: 'none', seed, split: { seed: 4 }, criteria }
  return setupTrial(resolveConfig({ ...config, retrain: { ...tinyMlp.retrain, ...retrain } }), '.')
}

test.each([
  ['alone', { distillation: { share: 0 } }],
  ['taught', { distillation: { share: 0.5 } }],
])('a network is trained again as it was trained, with the seeds that follow: %s', async (_, retrain) => {
  const events: Event[] = []
  const trial = await trialOf(4, retrain, [stability, { ...stability, split: 'validation' }])
  const { metrics, architecture } = await runTrial(trial, { emit: (event) => void events.push(event) })
  const { baseline } = await runTrial(await trialOf(4, retrain, []), hooks)
  const others = []
  for (const seed of [5, 6]) {
    const network = await retrainArchitecture(await trialOf(seed, retrain, []), hooks, architecture, baseline)
    others.push(evaluateNetwork(trial, network)!)
  }
  const values = [metrics.test.final!, ...others]
  const mean = (values[0]! + values[1]! + values[2]!) / 3
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2)
  const [found] = metrics.criteria.results
  expect(deviation).toBeGreaterThan(0.01)
  expect(found!.value).toBeCloseTo(deviation, 9)
  expect(found!.where).toBe(
    `${values.map((value) => Number(value.toPrecision(4))).join(', ')} with seeds 4, 5, 6`,
  )
  // Two criteria look at the same trainings, of which the log has no evaluation.
  expect(events.filter(({ type }) => type === 'again')).toEqual(
    [5, 6].map((seed) => ({ type: 'again', seed })),
  )
  const last = events.findIndex(({ type }) => type === 'again')
  expect(events.slice(last).map(({ type }) => type)).toEqual(['again', 'again'])
})

test('nothing is trained again without the criterion, and as often as the largest asks', () => {
  const of = (...criteria: object[]) => furtherTrainings(resolveConfig({ ...tinyMlp, criteria }).criteria)
  expect(of({ metric: 'rmse', atMost: 1 })).toBe(0)
  expect(of(stability)).toBe(2)
  expect(of({ ...stability, seeds: 2 }, { ...stability, seeds: 5, of: 'mae' })).toBe(4)
  expect(() => of({ ...stability, seeds: 1 })).toThrow(
    'config.criteria.0.seeds: expected integer from 2 to 100, got 1',
  )
})
