import { describe, expect, test } from 'vitest'
import {
  architectureBy,
  evaluateNetwork,
  modelOf,
  resolveConfig,
  retrainArchitecture,
  runTrial,
  searchSupernet,
  setupTrial,
  type Trial,
} from '../../src/index.js'
import type { Event } from '../../src/index.js'
import { tensorCounter } from '../setup/tensors.js'

const trialOf = (): Promise<Trial> =>
  setupTrial(
    resolveConfig({
      data: { source: 'concrete' },
      supernet: { space: 'mlp-cell', options: { blocks: 1 } },
      schedule: 'strong-then-relaxed',
      search: { steps: 40, evaluateEvery: 10 },
      retrain: { steps: 20, baseline: false, distillation: { share: 0 } },
    }),
    '.',
  )
const silent = { emit: () => undefined }

describe('the steps of a trial, one by one', () => {
  test('come to what the trial comes to, and keep no tensors', async () => {
    const trial = await trialOf()
    const whole = await runTrial(trial, silent)
    const newTensors = tensorCounter()
    const searched = await searchSupernet(trial, silent)
    const network = await retrainArchitecture(trial, silent, searched.architecture)
    expect(searched.architecture).toEqual(whole.architecture)
    expect([...network.values]).toEqual([...whole.values])
    expect(evaluateNetwork(trial, network)).toBe(whole.metrics.test.final)
    expect(evaluateNetwork(trial, network, { split: 'validation' })).toBe(whole.metrics.validation.final)
    expect(evaluateNetwork(trial, network, { metric: 'mae' })).toBeLessThan(whole.metrics.test.final!)
    expect(newTensors()).toBe(0)

    const { data, metric, config } = trial
    const model = modelOf({ name: config.name, data, metric, ...network })
    const { rows, inputs, features } = data.dataset
    expect(rows * features.length).toBe(inputs.length)
    expect(model.predict([Array.from(features, () => 0)])).toHaveLength(1)
  })

  test('a rule reads an architecture off gates on the way and at the end', async () => {
    const trial = await trialOf()
    const events: Event[] = []
    const searched = await searchSupernet(trial, { emit: (event) => events.push(event) })
    const look = events.find((event) => event.type === 'gates')!
    const early = architectureBy('threshold', trial.supernet, look.weights, { threshold: 0.1 })
    const late = architectureBy('magnitude', trial.supernet, searched.gates)
    const kept = ({ groups }: typeof late) => groups.reduce((sum, each) => sum + each.kept.length, 0)
    expect(late.groups.map(({ name }) => name)).toEqual(searched.architecture.groups.map(({ name }) => name))
    expect(kept(early)).toBeGreaterThan(kept(searched.architecture))
    expect(() => architectureBy('largest', trial.supernet, searched.gates)).toThrow(
      'rule: expected one of magnitude, top-2, threshold, sampling',
    )
    expect(() => architectureBy('perturbation', trial.supernet, searched.gates)).toThrow(
      'rule: perturbation measures the network',
    )
  })

  test('a metric of another task is refused with those that fit', async () => {
    const trial = await trialOf()
    const network = await retrainArchitecture(
      trial,
      silent,
      architectureBy('magnitude', trial.supernet, uniform(trial)),
    )
    expect(() => evaluateNetwork(trial, network, { metric: 'accuracy' })).toThrow(
      'metric: expected one of rmse, mae, r2, mape, median-error, pinball, got "accuracy"',
    )
  })

  test('a signal stops a search alone', async () => {
    const stop = new AbortController()
    const emit = ({ type }: Event) => type === 'evaluation' && stop.abort()
    await expect(searchSupernet(await trialOf(), { emit, signal: stop.signal })).rejects.toThrow(
      'interrupted while searching',
    )
  })
})

const uniform = ({ supernet }: Trial) =>
  Object.fromEntries(
    supernet.groups.map(({ name, members }) => [
      name,
      Object.fromEntries(members.map((member) => [member.name, 1])),
    ]),
  )
