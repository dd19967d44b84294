import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../../src/config/load-config.js'
import { isChangeable } from '../../src/config/interventions.js'
import { resolveTraining } from '../../src/train/training.js'
import { imageData } from '../helpers/trials.js'

const document = (retrain: object) => ({
  data: { source: 'digits' },
  supernet: { space: 'darts', options: { alpha: 'shared' } },
  retrain,
})
const preset = 'darts-published'

/** What §A.2 of arXiv:1806.09055 says. */
const published = {
  options: { cells: 20, channels: 36 },
  batch: 96,
  augment: { crop: 4, flip: true, cutout: 16 },
  dropPath: 0.2,
  auxiliary: 0.4,
  poolNorm: 'drop',
  l2: 3e-4,
  from: 'scratch',
  keep: 'last',
  average: false,
}
const weights = { optimizer: 'sgd', learningRate: 0.025, momentum: 0.9, decay: 'cosine', clipNorm: 5 }

describe('retrain.preset darts-published', () => {
  it('stands for the published settings, as numbers once the rows are known', () => {
    const config = resolveConfig(document({ preset }))
    const { retrain } = resolveTraining(config, imageData({ train: 300, arch: 180, validation: 20 }))
    expect(retrain).toMatchObject(published)
    expect(retrain.weights).toMatchObject({ ...weights, minLearningRate: 0, warmup: 0 })
    expect(retrain.steps).toBe(600 * 5)
    expect(retrain.earlyStop).toBeUndefined()
    expect(retrain.distillation.share).toBe(0)
    expect('preset' in retrain).toBe(false)
  })

  it('gives way to keys beside it', () => {
    const own = {
      preset,
      epochs: 3,
      weights: { clipNorm: 1 },
      augment: { flip: true },
      options: { cells: 8 },
    }
    const { retrain } = resolveConfig(document(own))
    expect(retrain.epochs).toBe(3)
    expect(retrain.weights).toMatchObject({ ...weights, clipNorm: 1 })
    expect(retrain.options).toEqual({ cells: 8, channels: 36 })
    expect(retrain.augment).toEqual({ flip: true })
    expect(retrain.dropPath).toBe(0.2)
    const { steps, epochs } = resolveConfig(document({ preset, steps: 70 })).retrain
    expect([steps, epochs]).toEqual([70, undefined])
  })

  it('as an option replaces what a finished run has, and later options count more', () => {
    const finished = resolveTraining(resolveConfig(document({ steps: 5 })), imageData())
    const { retrain } = resolveConfig(finished, ['retrain.preset=darts-published', 'retrain.batch=32'])
    expect(retrain).toMatchObject({ ...published, batch: 32, epochs: 600 })
    expect(retrain.weights).toMatchObject(weights)
    expect([retrain.steps, retrain.evaluateEvery]).toEqual([undefined, undefined])
  })

  it('means the same when it is read again', () => {
    const config = resolveConfig(document({ preset }))
    expect(resolveConfig(config)).toEqual(config)
  })

  it('cannot be set in the midst of a run', () => {
    expect(isChangeable('retrain.preset')).toBe(false)
    expect(isChangeable('retrain.l2')).toBe(true)
  })

  it('is refused by another name, with the one that was meant', () => {
    expect(() => resolveConfig(document({ preset: 'darts-publish' }))).toThrow(
      'config.retrain.preset: expected "darts-published", got "darts-publish"',
    )
  })
})
