import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { supernetBuilder } from '../../src/supernet/builder.js'
import type { Supernet } from '../../src/supernet/types.js'
import { evaluate } from '../../src/train/evaluate.js'
import { modelNetwork } from '../../src/train/network.js'
import { eventsOf, madeData, searched, tinyMlp, trialOf } from '../helpers/trials.js'

/** Weights warm up with the gates held, l1 rises until each edge has decided, then weights settle. */
const schedule = (lambda: number) => ({
  name: 'planted',
  phases: [
    { name: 'warm-up', until: 0.3, gates: 'hold' },
    {
      name: 'press',
      until: 0.8,
      terms: [{ term: 'l1', part: 'gates', lambda: { curve: 'linear', from: 0, to: lambda } }],
    },
    { name: 'relax', until: 1, gates: 'hold' },
  ],
  prune: { from: 0.4, until: 0.8 },
})

/**
 * Stripes of some period, upright or lying, with a random phase and noise. Pooling, skipping and pointwise
 * convolution treat rows and columns alike, and so does the mean over all positions behind them: nothing
 * but a 3×3 kernel, wide enough for the period, tells the two classes apart.
 */
function stripes(period: number) {
  const random = randomSource(31)
  return madeData({
    shape: [8, 8, 1],
    task: { kind: 'classification', classes: ['upright', 'lying'] },
    rows: { train: 192, validation: 96 },
    row(input, index) {
      const stream = random.stream('stripes', '', index)
      const label = index % 2
      const phase = stream.integer(period)
      for (let i = 0; i < 64; i++) {
        const along = label === 0 ? i % 8 : Math.floor(i / 8)
        input[i] = ((along + phase) % period < period / 2 ? 1 : -1) + 0.3 * stream.normal()
      }
      return label
    },
  })
}

/** One edge of candidates between a pointwise convolution and a classifier. */
function oneEdge(operations: string[]): Supernet {
  const s = supernetBuilder([8, 8, 1], 'stem')
  const stem = s.root.batchNorm(s.root.conv(s.root.input, { channels: 8, kernel: 1 }))
  const cell = s.layer('cell')
  const edge = { name: 'cell/edge', layer: 'cell', operations, channels: 8 }
  const mixed = s.mixedOperation(cell, stem, edge)
  const head = s.layer('head')
  const features = head.activation(mixed, 'relu')
  head.output('task', head.dense(head.globalAvgPool(features), 2))
  return s.finish({ space: 'darts-cell', options: {}, outputs: 2 })
}

const planted: [string, number, string[]][] = [
  ['conv-3x3', 2, ['skip', 'max-pool-3x3', 'avg-pool-3x3', 'conv-1x1', 'conv-3x3']],
  ['dil-conv-3x3', 4, ['max-pool-3x3', 'dil-conv-3x3', 'avg-pool-3x3', 'skip']],
]

describe.each(planted)(
  'where only %s can see the class (stripes of period %i)',
  (best, period, operations) => {
    it.each([1, 2, 3, 4, 5])('the search finds it, seed %i', async (seed) => {
      const trial = trialOf(stripes(period), oneEdge(operations), {
        seed,
        schedule: schedule(0.3),
        search: { epochs: 20, batch: 32, inspectEvery: 9, gates: { travel: 20 } },
      })
      const { model, events } = await searched(trial)
      const [group] = model.supernet.groups
      expect(group!.members.map(({ name }) => name)).toEqual([best])
      expect(
        evaluate(modelNetwork(model), trial.data, trial.data.splits.validation, 'accuracy'),
      ).toBeGreaterThan(0.65)
      expect(
        eventsOf(events, 'removal')
          .flatMap(({ members }) => members)
          .sort(),
      ).toEqual(operations.filter((name) => name !== best).sort())
      model.dispose()
    })
  },
)

describe('where one of five features is enough', () => {
  it.each([1, 2, 3])('redundant units go and the error stays small, seed %i', async (seed) => {
    const random = randomSource(33)
    const data = madeData({
      shape: [5],
      task: { kind: 'regression', outputs: ['y'] },
      rows: { train: 128, validation: 64 },
      row(input, index) {
        const stream = random.stream('row', '', index)
        for (let i = 0; i < 5; i++) input[i] = stream.normal()
        return 2 * Math.tanh(input[0]!)
      },
    })
    const net = tinyMlp({ encoder: [], code: 12, head: [12], activation: 'tanh', minUnits: 1 })
    const trial = trialOf(data, net, {
      seed,
      schedule: schedule(5),
      search: {
        epochs: 40,
        batch: 32,
        inspectEvery: 5,
        weights: { learningRate: 0.02 },
        gates: { travel: 20 },
      },
    })
    const { model } = await searched(trial)
    for (const { name, members } of model.supernet.groups) expect(members.length, name).toBeLessThanOrEqual(4)
    expect(evaluate(modelNetwork(model), data, data.splits.validation, 'rmse')).toBeLessThan(0.35)
    model.dispose()
  })
})
