import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'vitest'
import { randomSource } from '../../../src/base/random.js'
import type { PreparedData, Task } from '../../../src/data/types.js'
import type { SupernetModel } from '../../../src/supernet/model.js'
import type { Supernet } from '../../../src/supernet/types.js'
import { madeData, modelOf, spaceNet, trialOf, type Settings } from '../../helpers/trials.js'
import { tensorCounter } from '../../setup/tensors.js'

/** One small supernet of a space, on inputs of one rank. A new space needs one line for each rank that it takes. */
export interface Instance {
  readonly space: string
  readonly options: object
  readonly input: readonly number[]
  /** Classes; or, where `regression` is set, outputs. */
  readonly outputs: number
  readonly regression?: boolean
}

const image = { input: [8, 8, 1], outputs: 3 }
const eightOperations = { cells: 3, channels: 2, nodes: 2 }
const series = { input: [7, 2], outputs: 2, regression: true }
const vector = { input: [5], outputs: 2, regression: true }
const mlp = { encoder: [5], code: 4, head: [5], activation: 'tanh' }

/** Every registered space as small as can be, with each input rank and each way of having α. */
export const instances: readonly Instance[] = [
  {
    space: 'darts-cell',
    options: { cells: 2, channels: 2, nodes: 2, inputs: 1, operations: ['skip', 'max-pool-3x3', 'conv-3x3'] },
    ...image,
  },
  {
    space: 'darts-cell',
    options: { cells: 3, channels: 2, operations: ['skip', 'dil-conv-3x3'], alpha: 'shared' },
    ...image,
    input: [7, 8, 2],
  },
  { space: 'darts', options: eightOperations, ...image },
  { space: 'darts', options: { ...eightOperations, alpha: 'shared', auxiliary: true }, ...image },
  { space: 'darts-s1', options: { cells: 2, channels: 2, alpha: 'shared' }, ...image },
  { space: 'darts-s2', options: { cells: 1, channels: 2 }, ...image },
  { space: 'darts-s3', options: { cells: 1, channels: 2 }, ...image },
  { space: 'darts-s4', options: { cells: 1, channels: 2 }, ...image },
  { space: 'nas-bench-201', options: { cells: 1, channels: 2 }, ...image },
  { space: 'nas-bench-201', options: { cells: 1, channels: 2, alpha: 'per-cell' }, ...image },
  { space: 'nas-bench-macro', options: { channels: 2, stages: [2, 1], head: 6 }, ...image },
  {
    space: 'mobile-chain',
    options: { stem: 2, channels: [3, 4], layers: 2, kernels: [3, 5], expansions: [1, 3], head: 6 },
    ...image,
  },
  {
    space: 'temporal-conv',
    options: { windows: [3, 5], layers: 3, channels: 3, reductions: [1] },
    ...series,
  },
  {
    space: 'temporal-conv',
    options: { windows: [3], layers: 1, channels: 2, pooling: ['mean', 'max', 'last'] },
    ...series,
  },
  { space: 'mlp-cell', options: { blocks: 2, width: 6, hidden: 7 }, ...vector },
  { space: 'autoencoder-mlp', options: mlp, ...vector },
  { space: 'autoencoder-mlp', options: { ...mlp, convolutions: [4] }, ...series },
  { space: 'autoencoder-mlp', options: { ...mlp, convolutions: [3, 4] }, ...image },
]

/** For `describe.each`: a name that says which, and the instance. */
export const table: [string, Instance][] = instances.map((instance) => {
  const { alpha = 'own' } = instance.options as { alpha?: string }
  return [`${instance.space} on [${instance.input.join(', ')}] with ${alpha} α`, instance]
})

/** A sample of the table, for the quick tests; the long ones take all of it. */
export const sample = table.filter((_, i) => i % 3 === 0)

/** The supernet of an instance, built anew. */
export const build = ({ space, options, input, outputs }: Instance): Supernet =>
  spaceNet(space, options, input, outputs)

/** Random inputs with random labels or targets, all of them in `train` or in `validation`. */
export function dataOf(
  { input: shape, outputs, regression }: Instance,
  rows: number,
  split: 'train' | 'validation' = 'train',
): PreparedData {
  const names = Array.from({ length: outputs }, (_, i) => `y${i}`)
  const task: Task = regression
    ? { kind: 'regression', outputs: names }
    : { kind: 'classification', classes: names }
  return madeData({
    shape,
    task,
    rows: { train: 0, validation: 0, [split]: rows },
    row(values, index) {
      const stream = randomSource(31).stream('row', '', index)
      for (let i = 0; i < values.length; i++) values[i] = stream.normal()
      return regression ? names.map(() => stream.normal()) : index % outputs
    },
  })
}

/** A trial of an instance on such data. */
export const trial = (instance: Instance, data: PreparedData, settings: Settings = {}) =>
  trialOf(data, build(instance), settings)

/** A model with moving averages as if it had been trained. Dispose it. */
export function trainedModel(of: ReturnType<typeof trial>): SupernetModel {
  const model = modelOf(of)
  for (const { name, shape, role } of model.weights.specs) {
    if (role !== 'statistic') continue
    const stream = randomSource(32).stream('statistic', name)
    const draw = () => (name.endsWith(':variance') ? 0.5 + stream.uniform() : 0.3 * stream.normal())
    model.weights.set(name, tf.tensor(Float32Array.from({ length: shape[0]! }, draw)))
  }
  return model
}

/** Runs a test's body and expects it to leave no tensor behind. */
export async function withoutLeaks(body: () => void | Promise<void>): Promise<void> {
  const newTensors = tensorCounter()
  await body()
  expect(newTensors()).toBe(0)
}
