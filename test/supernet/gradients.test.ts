import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../../src/backend/index.js'
import type { PreparedData } from '../../src/data/types.js'
import { terms } from '../../src/registry.js'
import { batching } from '../../src/search/batching.js'
import { disposeGradients, shardGradients } from '../../src/search/gradients.js'
import { modelNetwork } from '../../src/search/network.js'
import type { SupernetModel } from '../../src/supernet/model.js'
import { numericGradient, relativeError } from '../helpers/numeric.js'
import { imageData, modelOf, tinyCells, tinyMlp, trialOf, vectorData } from '../helpers/trials.js'

beforeAll(() => useBackend('wasm'))

/** The batch's losses, in float64, and the gradients of α by group. */
function lossAndGradients(model: SupernetModel, trial: ReturnType<typeof trialOf>) {
  const { data, loss, config, random } = trial
  const [shard] = batching(data, data.splits.train, config.search, random, 'search').at(0)
  const reconstruction = 'reconstruction' in model.supernet.graph.outputs ? 0.5 : 0
  const gradients = shardGradients(modelNetwork(model), {
    shape: data.dataset.shape,
    shard: shard!,
    share: 1,
    lossWeights: { task: 1, reconstruction, loss },
    wanted: { weights: [], alphas: model.supernet.groups.map(({ name }) => name) },
  })
  const { losses, alphas } = gradients
  const value = losses.task!.dataSync()[0]! + reconstruction * (losses.reconstruction?.dataSync()[0] ?? 0)
  const byGroup = new Map([...alphas].map(([name, g]) => [name, g.dataSync<'float32'>().slice()]))
  disposeGradients(gradients)
  return { value, byGroup }
}

const cases: ['darts-cell' | 'autoencoder-mlp', 'gates' | 'softmax', () => PreparedData][] = [
  ['darts-cell', 'gates', imageData],
  ['darts-cell', 'softmax', imageData],
  ['autoencoder-mlp', 'gates', vectorData],
  ['autoencoder-mlp', 'softmax', vectorData],
]

describe.each(cases)('%s with relaxation %s', (space, relaxation, data) => {
  const supernet = space === 'darts-cell' ? tinyCells() : tinyMlp()
  const trial = trialOf(data(), supernet, { relaxation, search: { batch: 24, gates: { noise: 0.3 } } })

  it('has the α gradients of finite differences, for every group', () => {
    const before = tf.memory().numTensors
    const model = modelOf(trial)
    const { byGroup } = lossAndGradients(model, trial)
    const got = new Map<string, number[]>()
    const wanted = new Map<string, number[]>()
    for (const { name, kind } of supernet.groups) {
      const alpha = model.alphaValues().get(name)!
      const numeric = numericGradient(
        (values) => {
          model.setAlpha(name, tf.tensor1d(values))
          return lossAndGradients(model, trial).value
        },
        alpha,
        1e-3,
      )
      model.setAlpha(name, tf.tensor1d(alpha))
      got.set(kind, [...(got.get(kind) ?? []), ...byGroup.get(name)!])
      wanted.set(kind, [...(wanted.get(kind) ?? []), ...numeric])
    }
    // ReLUs and maxima that change sides within a finite difference leave an error of a percent or two.
    const tolerance = space === 'darts-cell' ? 0.03 : 0.002
    for (const [kind, want] of wanted) {
      expect(Math.hypot(...want), kind).toBeGreaterThan(1e-3)
      expect(relativeError(got.get(kind)!, want), kind).toBeLessThan(tolerance)
    }
    model.dispose()
    expect([...wanted.keys()].sort()).toEqual(space === 'darts-cell' ? ['inputs', 'operations'] : ['units'])
    expect(tf.memory().numTensors).toBe(before)
  })

  it('mixture weights sum to each group’s total', () => {
    const model = modelOf(trial)
    for (const group of supernet.groups) {
      const values = Object.values(model.gateValues()[group.name]!)
      expect(values).toHaveLength(group.members.length)
      expect(values.every((value) => value > 0)).toBe(true)
      expect(values.reduce((a, b) => a + b)).toBeCloseTo(group.total, 5)
    }
    model.dispose()
  })

  it('neither the loss nor any term changes with α’s free direction', () => {
    const model = modelOf(trial)
    const measure = () => ({
      loss: lossAndGradients(model, trial).value,
      terms: terms.flatMap(({ name, gates }) =>
        gates && !gates.refused[relaxation]
          ? supernet.groups.map((group) => {
              const value = tf.tidy(() => gates.value(model.mixture(group.name), group).dataSync()[0]!)
              return [`${name} of ${group.name}`, value] as const
            })
          : [],
      ),
    })
    const before = measure()
    for (const { name } of supernet.groups)
      model.setAlpha(
        name,
        // A factor for free gates; for softmax, which ignores it, a common summand.
        tf.tidy(() =>
          relaxation === 'gates'
            ? tf.mul<tf.Tensor1D>(model.alpha(name), 7.3)
            : tf.add<tf.Tensor1D>(model.alpha(name), 1.5),
        ),
      )
    const after = measure()
    expect(after.loss).toBeCloseTo(before.loss, 5)
    expect(before.terms.length).toBeGreaterThan(0)
    after.terms.forEach(([what, value], i) =>
      expect(Math.abs(value - before.terms[i]![1]) / Math.max(1, value), what).toBeLessThan(1e-5),
    )
    model.dispose()
  })
})
