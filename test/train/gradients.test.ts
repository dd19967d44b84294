import type * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { addGradients } from '../../src/train/add-gradients.js'
import { batching } from '../../src/train/batching.js'
import { disposeGradients } from '../../src/train/gradient-memory.js'
import { batchGradients, sequential, shardGradients } from '../../src/train/gradients.js'
import { modelNetwork } from '../../src/train/network.js'
import type {
  BatchDraws,
  Gradients,
  ShardGradients,
  ShardExecutor,
  ShardWork,
} from '../../src/train/shard.js'
import { relativeError } from '../helpers/numeric.js'
import {
  expectSameBytes,
  imageData,
  modelOf,
  searched,
  tinyCells,
  tinyMlp,
  trialOf,
  vectorData,
} from '../helpers/trials.js'
import { tensorCounter } from '../setup/tensors.js'

/** All numbers of some gradients, by name; frees them. */
function taken(gradients: Gradients | ShardGradients): Map<string, Float32Array> {
  const { losses, weights, statistics } = gradients
  const gates = 'alphas' in gradients ? gradients.alphas : gradients.mixtures
  const tensors: [string, tf.Tensor][] = [
    ...Object.entries(losses).map(([name, loss]): [string, tf.Tensor] => [`loss ${name}`, loss]),
    ...weights,
    ...gates,
    ...[...statistics].flatMap(([node, { mean, variance }]): [string, tf.Tensor][] => [
      [`${node} mean`, mean],
      [`${node} variance`, variance],
    ]),
  ]
  const numbers = new Map(tensors.map(([name, tensor]) => [name, tensor.dataSync<'float32'>().slice()]))
  disposeGradients(gradients)
  return numbers
}

describe.each([
  ['cells', () => trialOf(imageData(), tinyCells(), { search: { batch: 11, shards: 2 } })],
  ['units', () => trialOf(vectorData(), tinyMlp(), { search: { batch: 11, shards: 2 } })],
] as const)('gradients of %s in two shards', (name, make) => {
  const trial = make()
  const { data, supernet, loss, config, random } = trial
  const shards = batching(data, data.splits.train, config.search, random, 'search').at(0)
  const rows = shards.reduce((sum, shard) => sum + shard.rows, 0)
  const lossWeights = { task: 0.7, reconstruction: name === 'units' ? 0.3 : 0, loss }

  const withModel = <T>(use: (of: (shard: number) => ShardGradients, all: () => ShardGradients) => T): T => {
    const model = modelOf(trial)
    const wanted = {
      weights: model.weights.specs.filter(({ role }) => role === 'weight').map((spec) => spec.name),
      alphas: supernet.groups.map((group) => group.name),
    }
    const network = modelNetwork(model)
    const work = shards.map((shard): ShardWork => ({
      shape: data.dataset.shape,
      shard,
      share: shard.rows / rows,
      lossWeights,
      wanted,
    }))
    const result = use(
      (i) => shardGradients(network, work[i]!),
      () => sequential(network, work),
    )
    model.dispose()
    return result
  }

  it('are the same bytes whoever computes the shards, in whatever order', () => {
    expect(shards.map((shard) => shard.rows)).toEqual([6, 5])
    const together = withModel((_of, all) => taken(all()))
    const apart = withModel((of) => {
      const second = of(1)
      const first = of(0)
      return taken(addGradients(first, second))
    })
    expect(apart).toEqual(together)
  })

  it('are the shards’ own, weighted by their rows', () => {
    const [first, second, both] = withModel((of, all) => [taken(of(0)), taken(of(1)), taken(all())] as const)
    for (const [key, values] of both) {
      const sum = values.map((_, i) => first.get(key)![i]! + second.get(key)![i]!)
      expect(relativeError(values, sum), key).toBeLessThan(1e-6)
    }
  })

  it('reach every weight, every gate and every batch norm', () => {
    const all = withModel((_of, whole) => taken(whole()))
    const trained = modelOf(trial)
    const names = trained.weights.specs.filter(({ role }) => role === 'weight').map((spec) => spec.name)
    const norms = supernet.graph.nodes
      .filter(({ kind }) => kind === 'batch-norm')
      .map(({ id }) => `${id} mean`)
    trained.dispose()
    const expected = [...names, ...supernet.groups.map((g) => g.name), ...norms]
    expect(expected.filter((key) => !all.has(key))).toEqual([])
  })
})

it('without any loss there is no gradient, and nothing is computed', () => {
  const trial = trialOf(vectorData(), tinyMlp())
  const model = modelOf(trial)
  const newTensors = tensorCounter()
  const gradients = shardGradients(modelNetwork(model), {
    shape: [5],
    shard: { inputs: new Float32Array(5), targets: new Float32Array(1), rows: 1 },
    share: 1,
    lossWeights: { task: 0, reconstruction: 0, loss: trial.loss },
    wanted: { weights: ['head/output/dense:kernel'], alphas: [] },
  })
  expect(gradients.weights.size).toBe(0)
  expect(newTensors()).toBe(0)
  model.dispose()
})

it('without reconstruction the decoder is not computed and has no gradient', () => {
  const trial = trialOf(vectorData(), tinyMlp())
  const model = modelOf(trial)
  const gradients = shardGradients(modelNetwork(model), {
    shape: [5],
    shard: { inputs: new Float32Array(10).fill(0.5), targets: new Float32Array(2), rows: 2 },
    share: 1,
    lossWeights: { task: 1, reconstruction: 0, loss: trial.loss },
    wanted: { weights: model.weights.specs.map((spec) => spec.name), alphas: [] },
  })
  const layers = new Set([...gradients.weights.keys()].map((key) => key.slice(0, key.indexOf('/'))))
  expect([...layers].sort()).toEqual(['encoder', 'head'])
  disposeGradients(gradients)
  model.dispose()
})

describe('random nodes of a supernet', () => {
  const operations = ['noise', 'skip', 'sep-conv-3x3']
  const trial = trialOf(imageData(), tinyCells({ operations }), { search: { batch: 11, shards: 2 } })
  const { data, supernet, loss, config, random } = trial
  const shards = batching(data, data.splits.train, config.search, random, 'search').at(0)
  const drawn = (draws: Partial<BatchDraws>, execute?: ShardExecutor) => {
    const model = modelOf(trial)
    const wanted = {
      weights: model.weights.specs.filter(({ role }) => role === 'weight').map((spec) => spec.name),
      alphas: supernet.groups.map((group) => group.name),
    }
    const options = { execute, draws: { seed: 1, purpose: 'search', t: 3, ...draws } }
    const lossWeights = { task: 1, reconstruction: 0, loss }
    const batch = batchGradients(
      modelNetwork(model),
      data.dataset.shape,
      shards,
      lossWeights,
      wanted,
      options,
    )
    const numbers = taken(batch)
    model.dispose()
    return numbers
  }

  it('draw the same whoever computes the shards, in whatever order', () => {
    const backwards: ShardExecutor = (network, work) =>
      [...work]
        .reverse()
        .map((each) => shardGradients(network, each))
        .reverse()
        .reduce(addGradients)
    expect(drawn({}, backwards)).toEqual(drawn({}))
  })

  it.each<[string, Partial<BatchDraws>]>([
    ['iteration', { t: 4 }],
    ['seed', { seed: 2 }],
    ['purpose', { purpose: 'retrain' }],
  ])('draw others in another %s', (_what, other) => {
    expect(drawn(other)).not.toEqual(drawn({}))
  })

  it('draw apart in each shard', () => {
    const twice = [shards[0]!, shards[0]!]
    const model = modelOf(trial)
    const work: ShardWork[] = twice.map((shard, index) => ({
      shape: data.dataset.shape,
      shard,
      share: 1,
      lossWeights: { task: 1, reconstruction: 0, loss },
      wanted: { weights: [], alphas: supernet.groups.map((group) => group.name) },
      draws: { seed: 1, purpose: 'search', t: 0, shard: index },
    }))
    const [first, second] = work.map((each) => taken(shardGradients(modelNetwork(model), each)))
    expect(first).not.toEqual(second)
    model.dispose()
  })

  it('train in a whole search, with the same bytes each time', async () => {
    const noisy = () =>
      trialOf(imageData(), tinyCells({ operations }), { search: { epochs: 1, batch: 8, shards: 2 } })
    const [a, b] = [await searched(noisy()), await searched(noisy())]
    expectSameBytes(a.model, b.model)
    a.model.dispose()
    b.model.dispose()
  })
})
