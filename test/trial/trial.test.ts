import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { Interrupted } from '../../src/base/errors.js'
import type { Event } from '../../src/events/types.js'
import { costOf } from '../../src/nn/cost.js'
import { ParameterStore } from '../../src/nn/parameter-store.js'
import { scheduleCsv } from '../../src/schedule/rows.js'
import { restrictTo } from '../../src/supernet/prune.js'
import { addGradients } from '../../src/train/add-gradients.js'
import { evaluate } from '../../src/train/evaluate.js'
import { sequential, shardGradients } from '../../src/train/gradients.js'
import type { ShardExecutor } from '../../src/train/shard.js'
import { withNetwork } from '../../src/trial/with-network.js'
import { runTrial } from '../../src/trial/trial.js'
import type { Trial } from '../../src/trial/types.js'
import {
  eventsOf,
  imageData,
  onePhase,
  tinyCells,
  tinyMlp,
  trialOf,
  vectorData,
  type Settings,
} from '../helpers/trials.js'

const rows = { train: 24, validation: 12, test: 12 }
const schedule = onePhase([{ term: 'l1', part: 'gates', lambda: 0.5 }], {
  prune: { from: 0.25, until: 0.75 },
})
const settings: Settings = {
  schedule,
  search: { epochs: 4, batch: 8, inspectEvery: 2, gates: { travel: 20 } },
  retrain: { epochs: 3, batch: 8, baseline: true },
  criteria: [
    { metric: 'parameters-share', atMost: 0.9 },
    { metric: 'accuracy', atLeast: 2 },
  ],
}
const cells = (more: Settings = {}) => trialOf(imageData(rows), tinyCells(), { ...settings, ...more })
/** Gates that begin far apart, so that a few steps close some units. */
const apart = { ...settings.search, gates: { travel: 20, noise: 0.5 } }
const units = (more: Settings = {}) =>
  trialOf(vectorData(rows), tinyMlp(), {
    ...settings,
    search: apart,
    schedule: onePhase([{ term: 'l1', part: 'gates', lambda: 2 }], { prune: { from: 0.25, until: 0.75 } }),
    criteria: [],
    ...more,
  })

async function result(trial: Trial) {
  const events: Event[] = []
  return { events, ...(await runTrial(trial, { emit: (event) => void events.push(event) })) }
}

describe.each([
  ['cells', cells],
  ['units', units],
] as const)('a trial of %s', (_name, make) => {
  it('gives the same metrics, architecture and weights twice, and frees everything', async () => {
    const [a, b] = [await result(make()), await result(make())]
    expect(JSON.stringify(b.metrics)).toBe(JSON.stringify(a.metrics))
    expect(JSON.stringify(b.architecture)).toBe(JSON.stringify(a.architecture))
    expect(b.values).toEqual(a.values)
  })

  it('derives without a gap, and counts what it derived', async () => {
    const { metrics, graph, architecture } = await result(make())
    expect(Math.abs(metrics.gap.derive!)).toBeLessThan(1e-5)
    expect(metrics.derived).toMatchObject(costOf(graph))
    expect(metrics.derived.parameters).toBeLessThan(metrics.supernet.parameters)
    expect(metrics.supernet.unprunableParameters).toBeLessThanOrEqual(metrics.derived.parameters)
    expect(metrics.baseline!.validation).not.toBeNull()
    expect(architecture.groups.length).toBeGreaterThan(0)
  })

  it('tells its stages by events', async () => {
    const { events } = await result(make())
    expect(events[0]!.type).toBe('start')
    expect(eventsOf(events, 'done').map(({ stage }) => stage)).toEqual(['search', 'baseline', 'retrain'])
    expect(eventsOf(events, 'evaluation').filter(({ stage }) => stage === 'retrain')).toHaveLength(3)
  })
})

describe('a batch in two shards', () => {
  const sharded = (shards: number) => cells({ search: { ...settings.search, shards } })

  /** As two workers would: each shard on a copy of all weights of its own, the last shard first. */
  const workers: ShardExecutor = (network, work) => {
    const results = [...work].reverse().map((each) => {
      const weights = ParameterStore.filled(network.graph, network.weights.values())
      const mixture = (name: string) => tf.clone(network.mixture(name))
      const gradients = shardGradients({ graph: network.graph, weights, mixture }, each)
      weights.dispose()
      return gradients
    })
    return results.reverse().reduce(addGradients)
  }

  it('gives the same bytes whether one worker computes both or two compute one each', async () => {
    const trial = sharded(2)
    const run = async (execute: ShardExecutor) => {
      const {
        metrics,
        architecture,
        values,
        schedule: used,
        steps,
      } = await runTrial(trial, { emit: () => undefined, execute })
      return {
        texts: [JSON.stringify(metrics), JSON.stringify(architecture), scheduleCsv(used, steps)],
        values,
      }
    }
    expect(await run(workers)).toEqual(await run(sequential))
  })

  it('is not the same search as a batch in one shard', async () => {
    const [one, two] = [await result(sharded(1)), await result(sharded(2))]
    expect(two.metrics.shards).toBe(2)
    expect(two.values).not.toEqual(one.values)
  })
})

it('retraining that moves nothing ends where the derived network stood', async () => {
  const { metrics } = await result(
    units({
      retrain: { epochs: 1, batch: 8, from: 'inherited', gates: 'keep', weights: { learningRate: 1e-9 } },
    }),
  )
  expect(metrics.validation.final).toBeCloseTo(metrics.validation.derivedBeforeRetrain!, 5)
})

it('criteria are judged on the retrained network', async () => {
  const { metrics } = await result(cells())
  expect(metrics.criteria.results.map(({ passed }) => passed)).toEqual([true, false])
  expect(metrics.criteria.passed).toBe(false)
})

it('the architecture restricts the supernet to what was searched', async () => {
  const { architecture } = await result(cells())
  const rebuilt = restrictTo(tinyCells(), architecture).supernet
  expect(rebuilt.groups.map(({ name, members }) => [name, members.map((m) => m.name)])).toEqual(
    architecture.groups.map(({ name, kept }) => [name, kept.map(({ member }) => member)]),
  )
})

it('a signal stops a trial while searching and while retraining, and nothing leaks', async () => {
  for (const stage of ['search', 'retrain']) {
    const abort = new AbortController()
    const trial = runTrial(cells(), {
      emit: (event) => {
        if (event.type === 'evaluation' && event.stage === stage) abort.abort()
      },
      signal: abort.signal,
    })
    await expect(trial, stage).rejects.toThrow(Interrupted)
  }
})

it('the restored model of a retraining is the best evaluation’s', async () => {
  const { metrics, events } = await result(units())
  const validations = eventsOf(events, 'evaluation')
    .filter(({ stage }) => stage === 'retrain')
    .map((e) => e.validation!)
  expect(metrics.validation.final).toBe(Math.min(...validations))
  expect(validations[metrics.retrain.bestStep / 3 - 1]).toBe(metrics.validation.final)
})

it('a retraining keeps the moving average of its weights, whose metric it tells', async () => {
  const [plain, averaged] = [
    await result(units({ retrain: { ...settings.retrain, average: false } })),
    await result(units({ retrain: { ...settings.retrain, average: true } })),
  ]
  const losses = ({ events }: typeof plain) => eventsOf(events, 'evaluation').map(({ loss }) => loss)
  expect(losses(averaged)).toEqual(losses(plain))
  expect(averaged.values).not.toEqual(plain.values)
  const { data, metric } = units()
  const { validation } = data.splits
  expect(
    withNetwork(averaged.graph, averaged.values, (network) => evaluate(network, data, validation, metric)),
  ).toBe(averaged.metrics.validation.final)
})

describe('dropping paths', () => {
  const trained = async (retrain: object) => result(cells({ retrain: { epochs: 3, batch: 8, ...retrain } }))

  it('changes what is trained, the same way each time, and leaves nothing to draw afterwards', async () => {
    const [plain, once, twice] = [
      await trained({}),
      await trained({ dropPath: 0.5 }),
      await trained({ dropPath: 0.5 }),
    ]
    expect(once.values).toEqual(twice.values)
    expect(once.metrics).toEqual(twice.metrics)
    expect(once.values).not.toEqual(plain.values)
    expect(once.graph.nodes.some(({ kind }) => kind === 'drop-path')).toBe(true)
    expect(costOf(once.graph)).toEqual(costOf(plain.graph))
  })

  it('begins with a rate of 0', async () => {
    // One step, and so none but the first.
    const [plain, dropped] = [
      await trained({ epochs: 1, batch: 24 }),
      await trained({ epochs: 1, batch: 24, dropPath: 0.9 }),
    ]
    expect(dropped.graph.nodes.some(({ kind }) => kind === 'drop-path')).toBe(true)
    expect(dropped.values).toEqual(plain.values)
  })
})

describe('a training that diverges', () => {
  const wild = { weights: { learningRate: 1e30 } }
  /** Infinite in float32: one step is enough. */
  const wilder = { weights: { learningRate: 1e39 } }
  it.each<[string, Settings]>([
    ['search', { search: { ...settings.search, ...wild } }],
    ['search', { search: { ...settings.search, ...wilder, epochs: 1, batch: 24 } }],
    ['retrain', { retrain: { epochs: 3, batch: 8, ...wild } }],
    ['retrain', { retrain: { epochs: 1, batch: 24, ...wilder } }],
  ])('fails in stage %s, says what to change, and frees everything: %j', async (stage, more) => {
    const section = stage === 'search' ? 'search' : 'retrain'
    const rate = section === 'search' ? more.search : more.retrain
    const { learningRate } = (rate as typeof wild).weights
    const run = result(units(more))
    await expect(run).rejects.toThrow(`${stage} diverged: the `)
    await expect(run).rejects.toThrow(`and with ${learningRate},`)
    await expect(run).rejects.toThrow(
      `from iteration 0 on; lower config.${section}.weights.learningRate, or limit`,
    )
  })

  /** A stage whose losses are no numbers from an iteration on, at most so many times. */
  const broken = (stage: string, from: number, times = Infinity): ShardExecutor => {
    let left = times
    let trainings = 0
    return (network, work) => {
      const found = sequential(network, work)
      const { draws } = work[0]!
      // All retraining draws from one stream; a training begins at 0, and no other rate is tried from there on.
      if (draws!.purpose === 'retrain' && draws!.t === 0) trainings += 1
      const now = draws!.purpose !== 'retrain' ? 'search' : trainings === 1 ? 'baseline' : 'retrain'
      if (now !== stage || draws!.t < from || left-- <= 0) return found
      found.losses.task!.dispose()
      return { ...found, losses: { task: tf.scalar(NaN) } }
    }
  }
  const run = async (trial: Trial, execute: ShardExecutor) => {
    const events: Event[] = []
    return { events, ...(await runTrial(trial, { execute, emit: (event) => void events.push(event) })) }
  }

  it('costs the baseline its metrics, and the finished search nothing', async () => {
    const trial = units({ retrain: { ...settings.retrain, rollback: { tries: 1 } } })
    const sane = await result(trial)
    const { metrics, values, events } = await run(trial, broken('baseline', 4))
    expect(metrics).toEqual({
      ...sane.metrics,
      noise: {
        ...sane.metrics.noise,
        validation: { ...sane.metrics.noise.validation, baseline: null, difference: null },
        test: { ...sane.metrics.noise.test, baseline: null, difference: null },
      },
      baseline: {
        ...sane.metrics.baseline,
        validation: null,
        test: null,
        diverged: expect.stringMatching(
          /^baseline diverged: the loss is not finite at iteration 6 with learning rate 0\.05, and with 0\.1 before/,
        ) as string,
      },
    })
    expect(values).toEqual(sane.values)
    expect(eventsOf(events, 'intervention').map(({ stage, step }) => [stage, step])).toEqual([
      ['baseline', 3],
      ['baseline', 3],
    ])
  })

  it('goes back an epoch and on with a lower rate in retraining, too', async () => {
    const make = () => run(units({ retrain: { ...settings.retrain, epochs: 4 } }), broken('retrain', 7, 1))
    const [a, b] = [await make(), await make()]
    expect(eventsOf(a.events, 'intervention')).toMatchObject([
      {
        stage: 'retrain',
        step: 6,
        what: 'retrain.weights.learningRate',
        from: 0.1,
        to: 0.05,
        why: 'the loss is not finite at iteration 9',
      },
    ])
    expect(b.values).toEqual(a.values)
    expect(eventsOf(a.events, 'evaluation').filter(({ stage }) => stage === 'retrain')).toHaveLength(4)
  })

  it('is not one whose metric has no value: then the last weights are kept', async () => {
    // One row has no spread, so r2 is undefined on it.
    const data = vectorData({ train: 24, validation: 1, test: 12 })
    const trial = trialOf(data, tinyMlp(), { ...settings, criteria: [] })
    const { metrics, values } = await result({ ...trial, metric: 'r2' })
    expect(metrics.retrain.bestStep).toBe(9)
    expect(metrics.validation.final).toBeNull()
    expect(metrics.test.final).toBeLessThan(1)
    const untrained = ParameterStore.of((await result(trial)).graph, trial.random)
    const [kernel] = [...values.keys()].filter((name) => name.endsWith(':kernel'))
    expect(values.get(kernel!)).not.toEqual(untrained.values().get(kernel!))
    untrained.dispose()
  })

  it('fails without a validation split too', async () => {
    const data = vectorData({ train: 24, validation: 0, test: 12 })
    const retrain = { epochs: 2, batch: 8, ...wild }
    const trial = trialOf(data, tinyMlp(), { ...settings, criteria: [], retrain })
    await expect(result(trial)).rejects.toThrow('retrain diverged')
  })
})

describe.each(['gates', 'softmax', 'sigmoid', 'gumbel-softmax'])('the gap under %s', (relaxation) => {
  it.each(['magnitude', 'perturbation'])(
    'has every jump of a removal below the threshold and of the projection by %s, and none of deriving',
    async (rule) => {
      const trial = cells({
        relaxation,
        schedule: onePhase([], { prune: { from: 0, until: 0.75, threshold: 0.8, rule } }),
        retrain: { epochs: 1, batch: 8 },
        criteria: [],
      })
      const { metrics, events } = await result({ ...trial, metric: 'cross-entropy' })
      const removals = eventsOf(events, 'removal')
      expect(removals.some(({ by }) => by === 'threshold')).toBe(true)
      const jumps = new Map(
        removals.map(({ step, by, before, after }) => [`${step} ${by}`, after! - before!]),
      )
      const sum = [...jumps].reduce(
        (total, [name, jump]) => (name.endsWith('zero') ? total : total + jump),
        0,
      )
      expect(metrics.gap.jumps).toBeCloseTo(sum, 12)
      expect(sum).not.toBe(0)
      expect(Math.abs(metrics.gap.derive!)).toBeLessThan(1e-5)
      expect(metrics.gap.gatesDropped).toEqual(expect.any(Number))
    },
  )
})
