import { expect } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { validate } from '../../src/config/validator.js'
import type { PreparedData, Task } from '../../src/data/types.js'
import type { Event } from '../../src/events/types.js'
import { losses } from '../../src/objective/losses.js'
import { planned } from '../../src/planners/planned.js'
import { spaces, terms } from '../../src/registry.js'
import { searchArchitecture } from '../../src/search/search.js'
import type { Checkpoint, SearchContext } from '../../src/search/state.js'
import { relaxationIn, relaxationOf } from '../../src/setup/relaxation.js'
import { resolveSchedule } from '../../src/setup/schedule-file.js'
import { compileFor } from '../../src/setup/schedule-of.js'
import { SupernetModel } from '../../src/supernet/model.js'
import type { Supernet } from '../../src/supernet/types.js'
import { resolveTraining } from '../../src/train/training.js'
import type { Trial } from '../../src/trial/types.js'

/** A supernet of the registry for inputs of a shape. */
export function spaceNet(name: string, options: object, input: readonly number[], outputs: number): Supernet {
  const space = spaces.find((each) => each.name === name)!
  const resolved: unknown = validate(space.options, options, 'options')
  return space.build({ options: resolved as never, input, outputs })
}

/** A `darts-cell` with every kind of operation and of group, as small as can be. */
export const tinyCells = (options: object = {}) =>
  spaceNet(
    'darts-cell',
    {
      cells: 2,
      channels: 2,
      nodes: 2,
      inputs: 1,
      reductions: [1],
      operations: ['skip', 'max-pool-3x3', 'dil-conv-3x3'],
      ...options,
    },
    [6, 6, 1],
    3,
  )

/** A small `autoencoder-mlp`. */
export const tinyMlp = (options: object = {}) =>
  spaceNet('autoencoder-mlp', { encoder: [6], code: 4, head: [5], activation: 'tanh', ...options }, [5], 1)

interface MadeData {
  readonly shape: readonly number[]
  readonly task: Task
  readonly rows: { train: number; arch?: number; validation: number; test?: number }
  /** Fills the input of a row and returns its targets. */
  readonly row: (input: Float32Array, index: number) => number | number[]
}

/** Prepared data out of a function: rows in the order train, arch, validation, test. */
export function madeData({ shape, task, rows, row }: MadeData): PreparedData {
  const { train, arch = 0, validation, test = 0 } = rows
  const count = train + arch + validation + test
  const length = shape.reduce((a, b) => a * b, 1)
  const inputs = new Float32Array(count * length)
  const targets = Array.from({ length: count }, (_, i) =>
    row(inputs.subarray(i * length, (i + 1) * length), i),
  )
  let next = 0
  const take = (n: number) => Uint32Array.from({ length: n }, () => next++)
  const splits = { train: take(train), arch: take(arch), validation: take(validation), test: take(test) }
  const values = Float32Array.from(targets.flat())
  const width = task.kind === 'classification' ? 0 : task.outputs.length
  const features = Array.from({ length: shape[shape.length - 1]! }, (_, i) => `f${i}`)
  const constant = (size: number, value: number) => Array.from({ length: size }, () => value)
  return {
    dataset: {
      name: 'made',
      rows: count,
      shape,
      inputs,
      targets: values,
      task,
      features,
      encoding: { kind: 'table', columns: [], missing: 'refuse' },
      hash: 'made',
    },
    splits,
    scaler: {
      input: { mean: constant(features.length, 0), std: constant(features.length, 1) },
      target: { mean: constant(width, 0), std: constant(width, 1) },
      fill: constant(features.length, 0),
    },
    inputs,
    targets: values,
  }
}

/** Random images of the tiny cells' shape, in three classes that a bright row tells. */
export function imageData(rows: MadeData['rows'] = { train: 24, validation: 12 }): PreparedData {
  const random = randomSource(17)
  return madeData({
    shape: [6, 6, 1],
    task: { kind: 'classification', classes: ['a', 'b', 'c'] },
    rows,
    row(input, index) {
      const stream = random.stream('image', '', index)
      const label = index % 3
      for (let i = 0; i < 36; i++) input[i] = stream.normal() + (Math.floor(i / 6) === 2 * label ? 2 : 0)
      return label
    },
  })
}

/** Random vectors of the tiny network's shape; the target is a function of the first two. */
export function vectorData(rows: MadeData['rows'] = { train: 24, validation: 12 }): PreparedData {
  const random = randomSource(18)
  return madeData({
    shape: [5],
    task: { kind: 'regression', outputs: ['y'] },
    rows,
    row(input, index) {
      const stream = random.stream('vector', '', index)
      for (let i = 0; i < 5; i++) input[i] = stream.normal()
      return Math.tanh(input[0]!) - 0.5 * input[1]!
    },
  })
}

/** Settings of the tests' own: defaults change, and what tests find with them. */
const sgd = { optimizer: 'sgd', learningRate: 0.1, decay: 'cosine' }
const trained = (usual: object, { weights, ...own }: { weights?: object } = {}) => ({
  ...usual,
  ...own,
  weights: { ...sgd, ...weights },
})

/** A trial out of data, a supernet, and what a configuration says beyond the defaults. */
export function trialOf(data: PreparedData, supernet: Supernet, settings: Settings = {}): Trial {
  const configured = resolveConfig({
    data: { source: 'digits' },
    supernet: { space: supernet.space, options: supernet.options },
    schedule: 'none',
    ...settings,
    search: trained({ epochs: 2, batch: 8 }, settings.search),
    retrain: trained({ epochs: 40, batch: 64, distillation: { share: 0 } }, settings.retrain),
  })
  const config = resolveTraining(configured, data)
  const random = randomSource(config.seed)
  const document = resolveSchedule(config.schedule, '.')
  const { steps } = config.search
  const isClass = data.dataset.task.kind === 'classification'
  const relaxation = relaxationIn(config.relaxation)
  return {
    config,
    written: config,
    data,
    supernet,
    relaxation: relaxationOf(config.relaxation, steps),
    ...planned(
      document,
      { supernet, steps, relaxation, random, splits: data.splits, planners: [] },
      (whole) => compileFor(whole, supernet, steps, relaxation),
    ),
    terms,
    loss: losses[isClass ? 'cross-entropy' : 'mse'],
    metric: isClass ? 'accuracy' : 'rmse',
    random,
    identity: 'made',
  }
}

export interface Settings {
  readonly seed?: number
  readonly relaxation?: string | object
  readonly schedule?: object | string
  readonly search?: object
  readonly retrain?: object
  readonly rivals?: readonly string[]
  readonly classes?: object
  readonly criteria?: readonly object[]
}

/** The model that a trial begins with. Dispose it. */
export const modelOf = ({ supernet, relaxation, random, config }: Trial): SupernetModel =>
  new SupernetModel(supernet, relaxation, random, config.search.gates.noise)

/** Collects what a search says and saves. */
export function contextOf(trial: Trial, signal?: AbortSignal) {
  const events: Event[] = []
  const checkpoints: Checkpoint[] = []
  const { config, schedule, terms: all, rules, latency, loss, metric, random, identity } = trial
  const source = trial.planner?.()
  const context: SearchContext = {
    options: config.search,
    schedule,
    terms: all,
    ...(latency && { latency }),
    ...(rules && { rules }),
    ...(source && { source }),
    loss,
    metric,
    random,
    identity,
    emit: (event) => void events.push(event),
    save: (checkpoint) => void checkpoints.push(checkpoint),
    ...(signal && { signal }),
  }
  return { context, events, checkpoints }
}

/** A whole search: its model (dispose it), events, checkpoints and result. */
export async function searched(trial: Trial, from?: Checkpoint) {
  const model = modelOf(trial)
  const { context, events, checkpoints } = contextOf(trial)
  try {
    const result = await searchArchitecture(model, trial.data, context, from)
    return { model, events, checkpoints, result }
  } catch (error) {
    model.dispose()
    throw error
  }
}

/** Weights and gates of a model as bytes, by name. */
export function bytesOf(model: SupernetModel): Record<string, string> {
  const hex = (values: Float32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  return Object.fromEntries(
    [...model.weights.values(), ...model.alphaValues()].map(([name, v]) => [name, hex(v).toString('hex')]),
  )
}

/** The events of one type. */
export const eventsOf = <T extends Event['type']>(events: readonly Event[], type: T) =>
  events.filter((event): event is Extract<Event, { type: T }> => event.type === type)

/** A document of one phase with the given terms. */
export const onePhase = (terms: readonly object[], more: object = {}): object => ({
  name: 'test',
  phases: [{ name: 'all', until: 1, terms }],
  prune: { from: 1, until: 1 },
  ...more,
})

/** Expects the same weights and gates, byte for byte. */
export function expectSameBytes(a: SupernetModel, b: SupernetModel): void {
  expect(bytesOf(b)).toEqual(bytesOf(a))
}
