import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { withEmphasis } from '../../src/data/decision.js'
import { unprunedNetwork } from '../../src/derive/network.js'
import type { Event } from '../../src/events/types.js'
import { ParameterStore } from '../../src/nn/parameter-store.js'
import { losses } from '../../src/objective/losses.js'
import type { Architecture, Supernet } from '../../src/supernet/types.js'
import { sequential } from '../../src/train/gradients.js'
import { evaluateNetwork } from '../../src/trial/evaluate-network.js'
import { networkToRetrain } from '../../src/trial/retrain-architecture.js'
import { retrainStage } from '../../src/trial/retrain-stage.js'
import { runTrial } from '../../src/trial/trial.js'
import type { Trial } from '../../src/trial/types.js'
import {
  eventsOf,
  imageData,
  madeData,
  onePhase,
  spaceNet,
  tinyCells,
  tinyMlp,
  trialOf,
  vectorData,
  type Settings,
} from '../helpers/trials.js'

const rows = { train: 24, validation: 12, test: 12 }

/** Blocks whose paths may both stay, and images through convolutions: spaces of which a search may keep everything. */
const blocks = () => spaceNet('mlp-cell', { blocks: 2, width: 4, hidden: 6, activations: ['tanh'] }, [5], 1)
const convolved = () =>
  spaceNet('autoencoder-mlp', { convolutions: [4], encoder: [6], code: 4, head: [5] }, [6, 6, 1], 3)

/** All that a supernet has, gates alike, as a search would end that removed nothing. */
const whole = ({ space, options, input, outputs, groups }: Supernet): Architecture => ({
  format: 'sentei-architecture/1',
  space,
  options,
  input,
  outputs,
  groups: groups.map(({ name, layer, kind, members, total }) => ({
    name,
    layer,
    kind,
    kept: members.map(({ name: member }) => ({ member, gate: total / members.length })),
    of: members.length,
  })),
})

/** Bits of everything that a training comes to. */
async function trained(trial: Trial, stage: 'baseline' | 'retrain') {
  const { graph, constants } = unprunedNetwork(trial.supernet, trial.config.retrain)
  const derived = networkToRetrain(trial, whole(trial.supernet))
  const events: Event[] = []
  const hooks = { emit: (event: Event) => void events.push(event), execute: sequential }
  const { values, validation } =
    stage === 'baseline'
      ? await retrainStage(trial, hooks, stage, graph, constants)
      : await retrainStage(trial, hooks, stage, derived.graph, derived.initial)
  return { values, validation, losses: eventsOf(events, 'evaluation').map(({ loss }) => loss) }
}

const retrain = { epochs: 2, batch: 8, baseline: true }
const settings: Settings = { schedule: onePhase([]), retrain }

describe.each<[string, () => Trial]>([
  ['units', () => trialOf(vectorData(rows), tinyMlp(), settings)],
  [
    'units, gates kept',
    () => trialOf(vectorData(rows), tinyMlp(), { ...settings, retrain: { ...retrain, gates: 'keep' } }),
  ],
  [
    'blocks with drop-path under softmax',
    () =>
      trialOf(vectorData(rows), blocks(), {
        ...settings,
        relaxation: 'softmax',
        retrain: { ...retrain, dropPath: 0.5 },
      }),
  ],
  [
    'convolutions, augmented, in shards',
    () =>
      trialOf(imageData(rows), convolved(), {
        ...settings,
        retrain: { ...retrain, shards: 2, augment: { shift: 1, flip: true } },
      }),
  ],
])('baseline and derived network of one architecture: %s', (_name, make) => {
  it('are trained to the same bits', async () => {
    const trial = make()
    expect(await trained(trial, 'baseline')).toEqual(await trained(trial, 'retrain'))
  })
})

it('what baseline and derived network share begins alike, by name', async () => {
  const trial = trialOf(imageData(rows), tinyCells(), settings)
  const { graph } = await runTrial(trial, { emit: () => undefined })
  const unpruned = unprunedNetwork(trial.supernet, trial.config.retrain)
  const [a, b] = [ParameterStore.of(graph, trial.random), ParameterStore.of(unpruned.graph, trial.random)]
  const shared = a.specs.filter(({ name, shape }) => isDeepStrictEqual(b.get(name).shape, shape))
  expect(shared.some(({ name }) => name.endsWith(':kernel'))).toBe(true)
  for (const { name } of shared) expect(a.values().get(name), name).toEqual(b.values().get(name))
  a.dispose()
  b.dispose()
})

describe('a search that removes nothing', () => {
  const run = async (more: Settings = {}) => {
    const events: Event[] = []
    const trial = trialOf(vectorData(rows), tinyMlp(), { ...settings, ...more })
    return { events, ...(await runTrial(trial, { emit: (event) => void events.push(event) })) }
  }

  it('trains no baseline: its figures are those of the derived network', async () => {
    const { events, metrics, seconds } = await run()
    expect(eventsOf(events, 'evaluation').some(({ stage }) => stage === 'baseline')).toBe(false)
    expect(seconds.baseline).toBeNull()
    const { parameters, flops, depth } = metrics.derived
    const { final: validation } = metrics.validation
    expect(metrics.baseline).toEqual({ parameters, flops, depth, validation, test: metrics.test.final })
  })

  it.each([{ from: 'inherited' }, { gates: 'keep' }])(
    'trains one where the derived network begins otherwise: %j',
    async (more) => {
      const { events } = await run({ retrain: { ...retrain, ...more } })
      expect(eventsOf(events, 'evaluation').some(({ stage }) => stage === 'baseline')).toBe(true)
    },
  )
})

describe('the unpruned supernet beside a network that decides for a rare class', () => {
  // A fifth of the odd rows are rare: nobody decides for them who takes the more probable class.
  const rare = madeData({
    shape: [5],
    task: { kind: 'classification', classes: ['common', 'rare'], positive: 'rare' },
    rows: { train: 400, validation: 200, test: 100 },
    row(input, i) {
      input[0] = i % 2
      return i % 2 === 1 && i % 5 === 0 ? 1 : 0
    },
  })
  const net = spaceNet('autoencoder-mlp', { encoder: [6], code: 4, head: [5], activation: 'tanh' }, [5], 2)
  const measured = async (more: Settings) => {
    const trial = trialOf(rare, net, {
      schedule: onePhase([{ term: 'l1', part: 'gates', lambda: 20 }]),
      search: { epochs: 6, batch: 8 },
      retrain: { ...retrain, epochs: 20, batch: 40 },
      ...more,
    })
    return (await runTrial({ ...trial, metric: 'f1' }, { emit: () => undefined })).metrics
  }

  it('decides by a threshold of its own', async () => {
    const plain = await measured({})
    expect(plain.removed.members).toBeGreaterThan(0)
    expect(plain.baseline).toMatchObject({ validation: 0, test: 0 })
    const { baseline, noise } = await measured({ classes: { threshold: 'f1' } })
    // Of a hundred odd rows of validation, and fifty of test, a fifth are rare: precision 0.2, recall 1.
    expect(baseline!.validation).toBeCloseTo((2 * 0.2) / 1.2, 10)
    expect(baseline!.test).toBeCloseTo((2 * 0.2) / 1.2, 10)
    expect(noise.test!.baseline![0]).toBeGreaterThan(0)
  })

  it('has probabilities of the data where training weighed classes, as the derived network has', async () => {
    const of = async (classes: object) => {
      const trial = trialOf(rare, net, {
        schedule: onePhase([{ term: 'l1', part: 'gates', lambda: 20 }]),
        retrain: { ...retrain, epochs: 20, batch: 40 },
        classes,
      })
      const data = withEmphasis(trial.data, trial.config.classes)
      const weighed = {
        ...trial,
        data,
        loss: losses['weighted-cross-entropy'],
        metric: 'cross-entropy',
      } as const
      const { metrics, baseline } = await runTrial(weighed, { emit: () => undefined })
      return { value: metrics.baseline!.test!, raw: evaluateNetwork(weighed, baseline!.retrained!)! }
    }
    // Half of the rows are odd, a fifth of these rare: the entropy of that is the least there is.
    const least = -(0.2 * Math.log(0.2) + 0.8 * Math.log(0.8)) / 2
    const { value, raw } = await of({ weights: 'balanced' })
    expect(value).toBeCloseTo(least, 1)
    expect(raw).toBeGreaterThan(value + 0.1)
  })
})

describe('the unpruned supernet of another trial', () => {
  const pressed = {
    schedule: onePhase([{ term: 'l1', part: 'gates', lambda: 20 }]),
    search: { epochs: 6, batch: 8 },
  }
  const made = (more: Settings = {}) =>
    trialOf(vectorData(rows), tinyMlp(), { ...settings, ...pressed, ...more })

  it('is taken where trials differ in their schedule alone, and comes to the same', async () => {
    const first = await runTrial(made(), { emit: () => undefined })
    const events: Event[] = []
    const emit = (event: Event) => void events.push(event)
    const { baseline } = await runTrial(
      made({ schedule: onePhase([{ term: 'l1', part: 'gates', lambda: 5 }]) }),
      {
        emit: () => undefined,
      },
    )
    const again = await runTrial(made(), { emit, baseline: baseline! })
    expect(eventsOf(events, 'evaluation').some(({ stage }) => stage === 'baseline')).toBe(false)
    expect(again.metrics).toEqual(first.metrics)
    expect(again.seconds.baseline).toBeNull()
  })

  it.each<[string, () => Trial]>([
    ['seed', () => ({ ...made(), config: { ...made().config, seed: 7 } })],
    ['retraining', () => made({ retrain: { ...retrain, epochs: 3 } })],
    ['space', () => trialOf(vectorData(rows), tinyMlp({ code: 3 }), { ...settings, ...pressed })],
    ['weights of classes', () => made({ classes: { weights: 'balanced' } })],
    ['data', () => ({ ...made(), data: { ...made().data, dataset: { ...made().data.dataset, hash: 'x' } } })],
  ])('is refused where the %s is another', async (_, other) => {
    const { baseline } = await runTrial(made(), { emit: () => undefined })
    await expect(runTrial(other(), { emit: () => undefined, baseline: baseline! })).rejects.toThrow(
      'baseline: expected that of a trial that differs in its schedule alone',
    )
  })
})
