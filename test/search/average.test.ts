import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../../src/backend/index.js'
import { randomSource } from '../../src/base/random.js'
import { averageDecay, moveAverage } from '../../src/nn/moving-average.js'
import { ParameterStore } from '../../src/nn/parameter-store.js'
import { phaseAt } from '../../src/schedule/table.js'
import { searchArchitecture } from '../../src/search/search.js'
import { supernetStepper } from '../../src/search/stepper.js'
import { batching } from '../../src/train/batching.js'
import { evaluate } from '../../src/train/evaluate.js'
import { modelNetwork } from '../../src/train/network.js'
import {
  contextOf,
  eventsOf,
  modelOf,
  onePhase,
  searched,
  tinyMlp,
  trialOf,
  vectorData,
} from '../helpers/trials.js'
import { tensorCounter } from '../setup/tensors.js'

describe.each(['wasm', 'cpu'] as const)('a moving average on %s', (backend) => {
  beforeAll(() => useBackend(backend))

  it('goes the share of the way that the step says, and leaves nothing behind', () => {
    const { graph } = tinyMlp()
    const [average, store] = [1, 2].map((seed) => ParameterStore.of(graph, randomSource(seed)))
    const [before, now] = [average!.values(), store!.values()]
    const newTensors = tensorCounter()
    moveAverage(average!, store!, 3)
    expect(newTensors()).toBe(0)
    for (const [name, values] of average!.values())
      values.forEach((value, i) =>
        expect(value).toBeCloseTo((4 / 13) * before.get(name)![i]! + (9 / 13) * now.get(name)![i]!, 5),
      )
    expect(store!.values()).toEqual(now)
    average!.dispose()
    store!.dispose()
  })
})

it('its decay rises from a tenth to 0.99', () => {
  expect([0, 9, 10_000].map(averageDecay)).toEqual([0.1, 10 / 19, 0.99])
})

describe('a search', () => {
  beforeAll(() => useBackend('wasm'))
  const schedule = onePhase([{ term: 'l1', part: 'gates', lambda: 1 }], {
    prune: { from: 0.25, until: 0.75 },
  })
  const trial = (average: boolean) =>
    trialOf(vectorData(), tinyMlp(), {
      schedule,
      search: { epochs: 4, batch: 8, inspectEvery: 2, gates: { travel: 1 }, average },
    })

  it('trains alike with and without it, and tells the metric of the average', async () => {
    const [plain, averaged] = [await searched(trial(false)), await searched(trial(true))]
    const losses = ({ events }: typeof plain) => eventsOf(events, 'evaluation').map(({ loss }) => loss)
    expect(losses(averaged)).toEqual(losses(plain))
    const metrics = ({ events }: typeof plain) => eventsOf(events, 'evaluation').map((e) => e.validation)
    expect(metrics(averaged)).not.toEqual(metrics(plain))
    // At the end it is the weights.
    const { data, metric } = trial(true)
    expect(evaluate(modelNetwork(averaged.model), data, data.splits.validation, metric)).toBe(
      metrics(averaged).at(-1),
    )
    for (const { model } of [plain, averaged]) model.dispose()
  })

  it('cuts it as weights are cut, holds it in checkpoints, and frees it', async () => {
    const { model, events, checkpoints } = await searched(trial(true))
    expect(eventsOf(events, 'removal').length).toBeGreaterThan(0)
    const sizes = (prefix: string, arrays: ReadonlyMap<string, Float32Array>) =>
      [...arrays].filter(([name]) => name.startsWith(prefix)).map(([name, v]) => [name.slice(2), v.length])
    for (const { arrays } of checkpoints.slice(0, -1))
      expect(sizes('m/', arrays)).toEqual(sizes('w/', arrays))
    expect(sizes('m/', checkpoints.at(-1)!.arrays)).toEqual([])
    model.dispose()
  })

  it('goes on with it bit for bit', async () => {
    const whole = await searched(trial(true))
    const middle = whole.checkpoints[1]!
    const model = modelOf(trial(true))
    const { context, checkpoints } = contextOf(trial(true))
    await searchArchitecture(model, vectorData(), context, middle)
    expect(checkpoints.at(-1)!.arrays).toEqual(whole.checkpoints.at(-1)!.arrays)
    for (const each of [whole.model, model]) each.dispose()
  })

  it('takes no tensor a step', () => {
    const made = trial(true)
    const model = modelOf(made)
    const stepper = supernetStepper(model, made.data, contextOf(made).context)
    const batches = batching(made.data, made.data.splits.train, made.config.search, made.random, 'search')
    const step = (t: number) => stepper.step(t, batches.at(t), phaseAt(made.schedule, t))
    for (let t = 0; t < 3; t++) step(t)
    const { numTensors, numBytes } = tf.memory()
    for (let t = 3; t < 9; t++) step(t)
    expect(tf.memory()).toMatchObject({ numTensors, numBytes })
    stepper.dispose()
    model.dispose()
  })
})
