import { describe, expect, it } from 'vitest'
import { discretise, uniformGates } from '../../src/derive/network.js'
import { resolveTraining } from '../../src/train/training.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { checkFit } from '../../src/setup/fit-check.js'
import { batching } from '../../src/train/batching.js'
import { oneAfterAnother, sequential } from '../../src/train/gradients.js'
import { RecordedPasses } from '../../src/train/recorded-passes.js'
import type { ShardExecutor } from '../../src/train/shard.js'
import { retrainStage } from '../../src/trial/retrain-stage.js'
import type { Trial } from '../../src/trial/types.js'
import { imageData, madeData, spaceNet, tinyCells, tinyMlp, trialOf, vectorData } from '../helpers/trials.js'

const seriesData = () =>
  madeData({
    shape: [9, 2],
    task: { kind: 'classification', classes: ['a', 'b'] },
    rows: { train: 24, validation: 12 },
    row(input, index) {
      for (let i = 0; i < 18; i++) input[i] = Math.sin(i * (1 + (index % 2)) + index)
      return index % 2
    },
  })
const convolutions = () => spaceNet('temporal-conv', { channels: 4, windows: [3, 5] }, [9, 2], 2)

const retrain = { epochs: 3, batch: 8 }
const cases: [string, (more?: object) => Trial][] = [
  [
    'crops',
    (more) =>
      trialOf(imageData(), tinyCells(), {
        ...more,
        retrain: { ...retrain, augment: { crop: 2, flip: true, cutout: 2 } },
      }),
  ],
  [
    'label smoothing',
    (more) => trialOf(imageData(), tinyCells(), { ...more, retrain: { ...retrain, labelSmoothing: 0.1 } }),
  ],
  [
    'mixup of classes',
    (more) =>
      trialOf(imageData(), tinyCells(), { ...more, retrain: { ...retrain, augment: { mixup: 0.4 } } }),
  ],
  [
    'mixup of numbers',
    (more) => trialOf(vectorData(), tinyMlp(), { ...more, retrain: { ...retrain, augment: { mixup: 0.4 } } }),
  ],
  [
    'noise and masks',
    (more) =>
      trialOf(seriesData(), convolutions(), {
        ...more,
        retrain: { ...retrain, augment: { jitter: 0.2, mask: 3 } },
      }),
  ],
  [
    'all at once, in shards',
    (more) =>
      trialOf(seriesData(), convolutions(), {
        ...more,
        retrain: {
          ...retrain,
          shards: 3,
          average: true,
          labelSmoothing: 0.2,
          augment: { jitter: 0.1, mask: 2, mixup: 1 },
        },
      }),
  ],
]

const trained = async (trial: Trial, execute?: ShardExecutor) => {
  const { graph } = discretise(trial.supernet, uniformGates(trial.supernet), { gates: 'drop', affine: true })
  const hooks = { emit: () => undefined, ...(execute && { execute }) }
  const { values, validation, losses } = await retrainStage(trial, hooks, 'retrain', graph, new Map())
  return { values, validation, losses }
}

describe.each(cases)('a retraining with %s', (_, make) => {
  it('has the bits of operations where its steps are replayed, and leaks nothing', async () => {
    const refused: string[] = []
    let replays = 0
    const passes = new RecordedPasses({
      refused: (reason) => refused.push(reason),
      replay(tape) {
        replays += 1
        tape.replay()
      },
    })
    const recorded: ShardExecutor = oneAfterAnother((network, work) => passes.gradients(network, work))
    const replayed = await trained(make(), recorded)
    passes.dispose()
    expect(replayed).toEqual(await trained(make(), sequential))
    expect(refused).toEqual([])
    expect(replays).toBeGreaterThan(4)
  })

  it('depends on the seed', async () => {
    const { losses } = await trained(make())
    expect((await trained(make())).losses).toEqual(losses)
    expect((await trained(make({ seed: 2 }))).losses).not.toEqual(losses)
  })
})

describe('batches', () => {
  it('mix the same examples, whatever the number of shards', () => {
    const [one, three] = [1, 3].map((shards) => {
      const { data, random } = trialOf(imageData(), tinyCells())
      const options = { batch: 8, shards, labelSmoothing: 0.1, augment: { mixup: 0.4 } }
      return batching(data, data.splits.train, options, random, 'retrain').at(4)
    })
    expect(three).toHaveLength(3)
    for (const what of ['inputs', 'targets'] as const)
      expect(three!.flatMap((shard) => [...shard[what]])).toEqual([...one![0]![what]])
    expect(one![0]!.targets).toHaveLength(8 * 3)
    for (let row = 0; row < 8; row++) {
      const own = one![0]!.targets.subarray(3 * row, 3 * row + 3)
      expect(own.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6)
      expect(Math.min(...own)).toBeGreaterThan(0.1 / 3 - 1e-6)
    }
  })
})

describe('checkFit', () => {
  const refuse = (
    kind: 'images' | 'sequences' | 'table',
    data: ReturnType<typeof imageData>,
    own: object,
  ) => {
    const config = resolveConfig({
      data: { source: 'digits' },
      supernet: { space: 'darts-cell' },
      retrain: own,
    })
    const typed = { ...data, dataset: { ...data.dataset, encoding: { ...data.dataset.encoding, kind } } }
    const { schedule } = trialOf(data, tinyCells())
    return () => checkFit(resolveTraining(config, typed), typed, schedule)
  }

  it('refuses changes of other kinds of data, by their key', () => {
    expect(refuse('images', imageData(), { augment: { jitter: 0.1 } })).toThrow(
      'config.retrain.augment.jitter: expected series, got made (images); remove it',
    )
    expect(refuse('sequences', seriesData(), { augment: { mixup: 1, crop: 1 } })).toThrow(
      'config.retrain.augment.crop: expected images, got made (sequences); remove it',
    )
    expect(refuse('table', vectorData(), { labelSmoothing: 0.1, augment: { mixup: 1 } })).toThrow(
      'config.retrain.labelSmoothing: expected a classification task',
    )
    expect(refuse('sequences', seriesData(), { augment: { jitter: 1, mask: 8, mixup: 1 } })).not.toThrow()
  })

  it('refuses padding and masks that may leave nothing', () => {
    expect(refuse('images', imageData(), { augment: { crop: 6 } })).toThrow('side of 6 pixels, got 6')
    expect(refuse('sequences', seriesData(), { augment: { mask: 9 } })).toThrow('9 steps, got 9')
    expect(() => refuse('images', imageData(), { augment: { crop: 1, shift: 1 } })).toThrow(
      'config.retrain.augment: expected shift or crop, got shift 1 and crop 1',
    )
  })
})
