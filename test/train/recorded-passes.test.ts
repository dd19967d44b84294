import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { useBackend } from '../../src/backend/index.js'
import type { Tape } from '../../src/backend/wasm/recording.js'
import { randomSource } from '../../src/base/random.js'
import type { PreparedData } from '../../src/data/types.js'
import { distilled } from '../../src/objective/distillation.js'
import { losses, type LossName } from '../../src/objective/losses.js'
import { spaces } from '../../src/registry.js'
import { searchArchitecture } from '../../src/search/search.js'
import { randomData } from '../../src/setup/random-data.js'
import { disposeGradients, oneAfterAnother, sequential, shardGradients } from '../../src/train/gradients.js'
import { modelNetwork } from '../../src/train/network.js'
import { RecordedPasses } from '../../src/train/recorded-passes.js'
import type { ShardExecutor, ShardGradients, ShardWork } from '../../src/train/shard.js'
import { runTrial } from '../../src/trial/trial.js'
import type { Trial } from '../../src/trial/types.js'
import {
  bytesOf,
  contextOf,
  imageData,
  modelOf,
  onePhase,
  spaceNet,
  tinyCells,
  tinyMlp,
  trialOf,
  vectorData,
  type Settings,
} from '../helpers/trials.js'

let refused: string[] = []
let passes: RecordedPasses
let tensors: number

beforeAll(() => useBackend('wasm'))
beforeEach(() => {
  refused = []
  tensors = tf.memory().numTensors
  passes = new RecordedPasses({ refused: (reason) => refused.push(reason) })
})
afterEach(() => {
  passes.dispose()
  expect(tf.memory().numTensors).toBe(tensors)
})

/** Shards by recorded passes, and by operations. */
const recorded: ShardExecutor = (network, work) =>
  oneAfterAnother((of, each) => passes.gradients(of, each))(network, work)

/** What a search leaves behind. */
async function searchBy(trial: Trial, execute: ShardExecutor = sequential) {
  const model = modelOf(trial)
  const { context, events } = contextOf(trial)
  await searchArchitecture(model, trial.data, { ...context, execute })
  const left = { bytes: bytesOf(model), architecture: model.architecture() }
  model.dispose()
  return { ...left, events: events.map((event) => ({ ...event, stepMs: 0 })) }
}

/** A space in its smallest form, and data that it takes. */
const small: Record<string, { options: object; input: number[] }> = {
  'autoencoder-mlp': { options: { encoder: [6], code: 4, head: [5] }, input: [5] },
  'darts-cell': { options: { cells: 2, channels: 2, nodes: 2 }, input: [6, 6, 1] },
  'mlp-cell': {
    options: { blocks: 2, width: 6, hidden: 7, activations: ['relu', 'tanh', 'elu', 'sigmoid'], bins: 3 },
    input: [5],
  },
  'mobile-chain': { options: { stem: 4, channels: [4, 6], layers: 2, head: 8 }, input: [8, 8, 3] },
  'nas-bench-201': { options: { channels: 3, cells: 1 }, input: [6, 6, 3] },
  'nas-bench-macro': { options: { channels: 4, stages: [1, 1, 1], head: 8 }, input: [8, 8, 3] },
  'temporal-conv': { options: { channels: 4, windows: [3, 5] }, input: [9, 2] },
}
const ofDarts = { options: { cells: 2, channels: 2 }, input: [6, 6, 3] }

const dataOf = (input: readonly number[]): PreparedData => {
  const data = randomData(input, 36, randomSource(3))
  const rows = (from: number, to: number) => Uint32Array.from({ length: to - from }, (_, i) => from + i)
  return {
    ...data,
    splits: { train: rows(0, 24), arch: rows(24, 30), validation: rows(30, 36), test: rows(0, 0) },
  }
}

const pressing = onePhase([{ term: 'l1', part: 'gates', lambda: 0.5 }], { prune: { from: 0.5, until: 0.75 } })
const search = { epochs: 4, batch: 8, inspectEvery: 4, gates: { travel: 2, noise: 0.5 } }
const spaceTrial = (name: string, more: Settings = {}) => {
  const { options, input } = small[name] ?? ofDarts
  return trialOf(dataOf(input), spaceNet(name, options, input, 10), {
    schedule: pressing,
    ...more,
    search: { ...search, ...more.search },
  })
}

describe('a search by recorded passes', () => {
  it.each(spaces.map(({ name }) => name))('has the bits of operations: %s', async (name) => {
    expect(await searchBy(spaceTrial(name), recorded)).toEqual(await searchBy(spaceTrial(name)))
    expect(refused).toEqual([])
  })

  const settings: [string, Settings][] = [
    ...['softmax', 'sigmoid', 'gumbel-softmax', { name: 'gumbel-softmax', hard: true }].map(
      (relaxation): [string, Settings] => [
        `relaxation ${JSON.stringify(relaxation)}`,
        { relaxation, schedule: onePhase([]) },
      ],
    ),
    ['mode alternating', { search: { mode: 'alternating' } }],
    ['mode unrolled', { search: { mode: 'unrolled' } }],
    ['shards', { search: { shards: 3 } }],
    ['SGD, clipped', { search: { weights: { optimizer: 'sgd', learningRate: 0.05, clipNorm: 0.5 } } }],
    ['an average', { search: { average: true } }],
    ['mixed examples', { search: { mode: 'alternating', shards: 2, augment: { mixup: 0.4 } } }],
    ['λ that changes', { schedule: 'strong-then-relaxed' }],
  ]
  it.each(settings)('has the bits of operations: %s', async (_, more) => {
    for (const name of ['mlp-cell', 'temporal-conv'])
      expect(await searchBy(spaceTrial(name, more), recorded)).toEqual(await searchBy(spaceTrial(name, more)))
    expect(refused).toEqual([])
  })

  it('has the bits of operations where λ of two losses change', async () => {
    const schedule = {
      name: 'shares',
      phases: [
        { name: 'code', until: 0.5, losses: { task: 0, reconstruction: 1 }, terms: [] },
        {
          name: 'both',
          until: 1,
          losses: { task: { from: 0.2, to: 1, curve: 'linear' }, reconstruction: 0.5 },
          terms: [],
        },
      ],
      prune: { from: 1, until: 1 },
    }
    const make = () => trialOf(vectorData(), tinyMlp(), { schedule, search })
    expect(await searchBy(make(), recorded)).toEqual(await searchBy(make()))
    expect(refused).toEqual([])
  })

  it('has the bits of operations where nodes draw', async () => {
    const make = () =>
      trialOf(imageData(), tinyCells({ operations: ['noise', 'skip', 'sep-conv-3x3'] }), { search })
    expect(await searchBy(make(), recorded)).toEqual(await searchBy(make()))
    expect(refused).toEqual([])
  })

  it.each(['activation-l1', 'contractive'])('has the bits of operations under %s', async (term) => {
    const schedule = onePhase([
      { term, part: 'activations', lambda: { from: 0, to: 0.5, curve: 'linear' } },
      { term: 'l1', part: 'gates', lambda: 0.5 },
    ])
    for (const name of ['mlp-cell', 'temporal-conv']) {
      const make = () => spaceTrial(name, { schedule })
      expect(await searchBy(make(), recorded)).toEqual(await searchBy(make()))
    }
    expect(refused).toEqual([])
  })
})

it('a whole trial, taught and with dropped paths, is the same', async () => {
  const retrain = {
    epochs: 4,
    batch: 8,
    dropPath: 0.3,
    average: true,
    distillation: { share: 0.7, temperature: 2 },
  }
  const make = () => trialOf(imageData(), tinyCells(), { schedule: pressing, search, retrain })
  const found = async (execute: ShardExecutor) => {
    const { seconds: _, ...rest } = await runTrial(make(), {
      emit: () => undefined,
      execute,
    })
    return rest
  }
  expect(await found(recorded)).toEqual(await found(sequential))
  expect(refused).toEqual([])
})

/** Gradients as numbers. */
const numbersOf = ({ losses: of, weights, mixtures, statistics }: ShardGradients): Record<string, number[]> =>
  Object.fromEntries(
    [
      ...Object.entries(of),
      ...weights,
      ...mixtures,
      ...[...statistics].flatMap(([node, { mean, variance }]): [string, tf.Tensor][] => [
        [`${node} mean`, mean],
        [`${node} variance`, variance],
      ]),
    ].map(([name, tensor]) => [name, [...tensor.dataSync()]]),
  )

describe('a recorded pass', () => {
  const stream = randomSource(5).stream('batch', '')
  const work = (rows = 8, more: Partial<ShardWork> = {}): ShardWork => ({
    shape: [5],
    shard: {
      inputs: Float32Array.from({ length: rows * 5 }, () => stream.normal()),
      targets: Float32Array.from({ length: rows }, () => stream.normal()),
      rows,
    },
    share: 1,
    lossWeights: { task: 1, reconstruction: 0.3, loss: losses.mse },
    wanted: { weights: [], alphas: [] },
    ...more,
  })
  const all = (trial: Trial) => {
    const model = modelOf(trial)
    const weights = model.weights.specs.filter(({ role }) => role === 'weight').map(({ name }) => name)
    const alphas = model.supernet.groups.map(({ name }) => name)
    return { model, network: modelNetwork(model), wanted: { weights, alphas } }
  }

  it.each(['mse', 'mae', 'huber'] satisfies LossName[])(
    'has the gradients of operations under %s',
    (name) => {
      const { model, network, wanted } = all(trialOf(vectorData(), tinyMlp()))
      for (let t = 0; t < 4; t++) {
        const each = work(8, {
          wanted,
          lossWeights: { task: 1 + t, reconstruction: 0.3, loss: losses[name] },
        })
        const plain = shardGradients(network, each)
        const replayed = passes.gradients(network, each)
        expect(numbersOf(replayed)).toEqual(numbersOf(plain))
        disposeGradients(plain)
        disposeGradients(replayed)
      }
      model.dispose()
    },
  )

  it('lends its gradients: while they are out, another recording answers, and then operations', () => {
    const { model, network, wanted } = all(trialOf(vectorData(), tinyMlp()))
    const works = Array.from({ length: 5 }, () => work(8, { wanted }))
    const plain = works.map((each) => {
      const gradients = shardGradients(network, each)
      const numbers = numbersOf(gradients)
      disposeGradients(gradients)
      return numbers
    })
    const out = works.map((each) => passes.gradients(network, each))
    expect(out.map(({ giveBack }) => giveBack !== undefined)).toEqual([false, true, true, false, false])
    expect(out.map(numbersOf)).toEqual(plain)
    out.forEach(disposeGradients)
    model.dispose()
  })

  it('lends the same maps at every batch, of several shards too, and their sum has the bits of operations', () => {
    const { model, network, wanted } = all(trialOf(vectorData(), tinyMlp()))
    const lent: ShardGradients[] = []
    for (let t = 0; t < 6; t++) {
      const shards = [1, 2, 3].map(() => work(8, { wanted, share: 1 / 3 }))
      const plain = sequential(network, shards)
      const sum = recorded(network, shards)
      expect(numbersOf(sum)).toEqual(numbersOf(plain))
      if (t > 3) lent.push(sum)
      disposeGradients(plain)
      disposeGradients(sum)
    }
    expect(lent[0]!.giveBack).toBeDefined()
    for (const map of ['weights', 'mixtures', 'statistics'] as const)
      expect(lent[1]![map]).toBe(lent[0]![map])
    model.dispose()
  })

  it('is another one for other rows, and is made anew where a weight has moved', () => {
    const { model, network, wanted } = all(trialOf(vectorData(), tinyMlp()))
    const [name] = wanted.weights
    for (let t = 0; t < 12; t++) {
      const each = work(t % 2 === 0 ? 8 : 3, { wanted })
      if (t === 6) model.weights.set(name!, tf.zerosLike(model.weights.get(name!)))
      const plain = shardGradients(network, each)
      const replayed = passes.gradients(network, each)
      expect(numbersOf(replayed)).toEqual(numbersOf(plain))
      expect(replayed.giveBack !== undefined).toBe(t > 1)
      disposeGradients(plain)
      disposeGradients(replayed)
    }
    model.dispose()
  })

  it('of several kinds share the memory of what they free before they end', () => {
    const tapes = new Set<Tape>()
    const watched = new RecordedPasses({ replay: (tape) => void tapes.add(tape) })
    const { model, network, wanted } = all(trialOf(vectorData(), tinyMlp()))
    for (const rows of [8, 8, 3, 3, 8, 3])
      disposeGradients(watched.gradients(network, work(rows, { wanted })))
    const [large, small] = [...tapes]
    expect(small!.workspace).toBe(large!.workspace)
    expect(small!.passingBytes).toBeLessThan(large!.passingBytes)
    watched.dispose()
    model.dispose()
  })

  it('does without a loss of one’s own that reads numbers, and says so', () => {
    const { model, network, wanted } = all(trialOf(vectorData(), tinyMlp()))
    const own = (outputs: tf.Tensor2D, targets: tf.Tensor) =>
      tf.mul<tf.Scalar>(tf.mean(tf.square(tf.sub(outputs, targets))), outputs.dataSync().length)
    const each = work(8, { wanted, lossWeights: { task: 1, reconstruction: 0, loss: own } })
    disposeGradients(passes.gradients(network, each))
    disposeGradients(passes.gradients(network, each))
    expect(refused).toEqual(['reading numbers'])
    model.dispose()
    // Where a loss throws, TensorFlow.js's tape keeps what it has saved for the gradient.
    tensors = tf.memory().numTensors
  })

  it('does without a loss of one’s own that draws, and says so', () => {
    const { model, network, wanted } = all(trialOf(vectorData(), tinyMlp()))
    const random = randomSource(7).stream('loss', '')
    const own = (outputs: tf.Tensor2D, targets: tf.Tensor) =>
      tf.mul<tf.Scalar>(tf.mean(tf.square(tf.sub(outputs, targets))), random.uniform())
    const each = work(8, { wanted, lossWeights: { task: 1, reconstruction: 0, loss: own } })
    for (let t = 0; t < 3; t++) disposeGradients(passes.gradients(network, each))
    expect(refused).toEqual(['numbers that are others at each step, such as random ones'])
    model.dispose()
    tensors = tf.memory().numTensors
  })

  it('takes no more memory after 10,000 steps than after a hundred', () => {
    const { model, network, wanted } = all(trialOf(vectorData(), tinyMlp()))
    const each = work(8, { wanted })
    const steps = (count: number) => {
      for (let t = 0; t < count; t++) disposeGradients(passes.gradients(network, each))
      return tf.memory()
    }
    const early = steps(100)
    expect(steps(10_000)).toEqual(early)
    model.dispose()
  })
})

it('a loss learnt from a teacher has the same gradient by its kernels as finite differences', () => {
  const outputs = tf.tensor2d([0.3, -1, 2, 0.5, 0.1, -0.4], [2, 3])
  const taught = tf.tensor2d([1, 0, -1, 0.2, 2, -0.3], [2, 3])
  const loss = distilled(losses['cross-entropy'], { share: 0.6, temperature: 3 }, taught)
  const at = (x: tf.Tensor) => tf.tidy(() => loss(x as tf.Tensor2D, tf.tensor1d([2, 0])).dataSync()[0]!)
  const gradient = tf.tidy(() =>
    tf
      .grad((x) => loss(x as tf.Tensor2D, tf.tensor1d([2, 0])))(outputs)
      .dataSync(),
  )
  const values = outputs.dataSync()
  gradient.forEach((slope, i) => {
    const moved = (by: number) =>
      tf.tidy(() =>
        at(
          tf.tensor2d(
            values.map((value, j) => value + (i === j ? by : 0)),
            [2, 3],
          ),
        ),
      )
    expect(slope).toBeCloseTo((moved(1e-2) - moved(-1e-2)) / 2e-2, 3)
  })
  tf.dispose([outputs, taught])
})
