import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import type { Tape } from '../../src/backend/recorder.js'
import { randomSource } from '../../src/base/random.js'
import { distilled } from '../../src/objective/distillation.js'
import { losses, type LossName } from '../../src/objective/losses.js'
import { disposeGradients } from '../../src/train/gradient-memory.js'
import { sequential, shardGradients } from '../../src/train/gradients.js'
import { modelNetwork } from '../../src/train/network.js'
import { RecordedPasses } from '../../src/train/recorded-passes.js'
import type { ShardGradients, ShardWork } from '../../src/train/shard.js'
import type { Trial } from '../../src/trial/types.js'
import { modelOf, tinyMlp, trialOf, vectorData } from '../helpers/trials.js'
import { recording } from './recording.js'

const { recorded, gradients, refused, forget } = recording()

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
        const replayed = gradients(network, each)
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
    const out = works.map((each) => gradients(network, each))
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
      const replayed = gradients(network, each)
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
    disposeGradients(gradients(network, each))
    disposeGradients(gradients(network, each))
    expect(refused()).toEqual(['reading numbers'])
    model.dispose()
    // Where a loss throws, TensorFlow.js's tape keeps what it has saved for the gradient.
    forget()
  })

  it('does without a loss of one’s own that draws, and says so', () => {
    const { model, network, wanted } = all(trialOf(vectorData(), tinyMlp()))
    const random = randomSource(7).stream('loss', '')
    const own = (outputs: tf.Tensor2D, targets: tf.Tensor) =>
      tf.mul<tf.Scalar>(tf.mean(tf.square(tf.sub(outputs, targets))), random.uniform())
    const each = work(8, { wanted, lossWeights: { task: 1, reconstruction: 0, loss: own } })
    for (let t = 0; t < 3; t++) disposeGradients(gradients(network, each))
    expect(refused()).toEqual(['numbers that are others at each step, such as random ones'])
    model.dispose()
    forget()
  })

  it('takes no more memory after 10,000 steps than after a hundred', () => {
    const { model, network, wanted } = all(trialOf(vectorData(), tinyMlp()))
    const each = work(8, { wanted })
    const steps = (count: number) => {
      for (let t = 0; t < count; t++) disposeGradients(gradients(network, each))
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
