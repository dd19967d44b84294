import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { prepareDataset } from '../../src/data/prepare-dataset.js'
import type { PreparedData } from '../../src/data/types.js'
import { discretise, uniformGates, unprunedNetwork } from '../../src/derive/network.js'
import type { Event } from '../../src/events/types.js'
import { ParameterStore } from '../../src/nn/parameter-store.js'
import { losses } from '../../src/objective/losses.js'
import type { Supernet } from '../../src/supernet/types.js'
import { predictRows, taskOutputs } from '../../src/train/evaluate.js'
import { recordedOutputs } from '../../src/train/recorded-outputs.js'
import { disposeGradients } from '../../src/train/gradient-memory.js'
import { batchGradients, sequential } from '../../src/train/gradients.js'
import { discreteNetwork } from '../../src/train/network.js'
import type { Shard, ShardExecutor } from '../../src/train/shard.js'
import { resolveTraining } from '../../src/train/training.js'
import { isTaught, teacherFor, trainBaseline, wantsBaseline } from '../../src/trial/baseline.js'
import { withNetwork } from '../../src/trial/with-network.js'
import { retrainStage } from '../../src/trial/retrain-stage.js'
import { smallestWithin } from '../../src/trial/smallest.js'
import { lessonsOf, type NetworkTeacher, type TrainedNetwork } from '../../src/trial/teacher.js'
import { runTrial } from '../../src/trial/trial.js'
import type { Trial } from '../../src/trial/types.js'
import {
  eventsOf,
  imageData,
  madeData,
  modelOf,
  onePhase,
  spaceNet,
  tinyCells,
  tinyMlp,
  trialOf,
  vectorData,
} from '../helpers/trials.js'
import { tensorCounter } from '../setup/tensors.js'

const quiet = { emit: () => undefined }

/** Computes batches and keeps their shards. */
function listening() {
  const shards: Shard[] = []
  const execute: ShardExecutor = (network, work) => {
    shards.push(...work.map(({ shard }) => shard))
    return sequential(network, work)
  }
  return { shards, execute }
}

async function teacherOf(trial: Trial): Promise<NetworkTeacher> {
  const { graph, constants } = unprunedNetwork(trial.supernet, trial.config.retrain)
  const { share } = trial.config.retrain.distillation
  if (share === 'unexplained') throw new Error('these tests give a share')
  return { networks: [await retrainStage(trial, quiet, 'baseline', graph, constants)], share }
}

const saying = ({ graph, values }: TrainedNetwork, data: PreparedData, rows: Uint32Array) =>
  withNetwork(graph, values, (network) => taskOutputs(network, data, rows))

describe('lessons', () => {
  it.each([false, true])('are what the teacher says of each row; augmented: %s', async (augmented) => {
    const trial = trialOf(imageData(), tinyCells(), { retrain: { epochs: 1, distillation: { share: 0.9 } } })
    const teacher = await teacherOf(trial)
    const { data } = trial
    // Neither from 0 on nor without gaps, as the rows of a split are.
    const taught = data.splits.train.filter((row) => row > 2 && row % 3 !== 0)
    const lessons = await lessonsOf(teacher, data, taught, { augmented, random: trial.random })
    const rows = taught.slice(3, 8).reverse()
    const size = data.inputs.length / data.dataset.rows
    const inputs = Float32Array.from(
      [...rows].flatMap((row) => [...data.inputs.slice(row * size, (row + 1) * size)]),
    )
    const wanted = saying(teacher.networks[0]!, data, rows)
    const found = lessons.taught(inputs, rows)
    expect(found).toHaveLength(wanted.length)
    found.forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 4))
    if (augmented)
      expect(
        lessons.taught(
          inputs.map((x) => -x),
          rows,
        ),
      ).not.toEqual(found)
    lessons.dispose()
  })
})

describe('a network with a teacher', () => {
  it('learns what the teacher says, not the targets, where its share is all', async () => {
    const supernet = tinyMlp()
    const data = vectorData({ train: 96, validation: 24 })
    const trial = trialOf(data, supernet, {
      retrain: {
        epochs: 60,
        batch: 16,
        keep: 'last',
        weights: { optimizer: 'adam', learningRate: 0.01 },
        distillation: { share: 1 },
      },
    })
    const apart = (await teacherOf(trial)).networks[0]!
    // A teacher that is wrong about everything: its last layer is turned around.
    const last = [...apart.values.keys()].filter((name) => name.endsWith(':kernel')).at(-1)!
    const wrong = {
      ...apart,
      values: new Map([...apart.values].map(([name, v]) => [name, name === last ? v.map((x) => -x) : v])),
    }
    const { graph } = discretise(supernet, uniformGates(supernet), { gates: 'drop', affine: true })
    const train = (network?: TrainedNetwork) =>
      retrainStage(trial, quiet, 'retrain', graph, new Map(), network && { networks: [network], share: 1 })
    const rows = data.splits.train
    const distance = (a: TrainedNetwork, b: TrainedNetwork) => {
      const other = saying(b, data, rows)
      return Math.hypot(...saying(a, data, rows).map((value, i) => value - other[i]!))
    }
    const pupil = await train(wrong)
    expect(distance(pupil, wrong)).toBeLessThan(0.5 * distance(pupil, apart))
    expect(await train()).toEqual(await train())
  })

  it('is one of boosted trees where no network teaches, if they are asked for', async () => {
    // The first number alone tells the class, with one row in ten wrong, which trees say with less than 1.
    const data = madeData({
      shape: [5],
      task: { kind: 'classification', classes: ['a', 'b'] },
      rows: { train: 400, validation: 100 },
      row(input, i) {
        input[0] = Math.sin(i)
        return Number(input[0] > 0.5) ^ Number(i % 10 === 0)
      },
    })
    const net = spaceNet('autoencoder-mlp', { encoder: [6], code: 4, head: [5], activation: 'tanh' }, [5], 2)
    const taughtBy = async (distillation: object, teacher?: NetworkTeacher) => {
      const trial = trialOf(data, net, { retrain: { epochs: 1, batch: 50, distillation } })
      const { graph, constants } = unprunedNetwork(net, trial.config.retrain)
      const { shards, execute } = listening()
      await retrainStage(trial, { ...quiet, execute }, 'baseline', graph, constants, teacher)
      return shards
    }
    expect((await taughtBy({ share: 0.9 })).every(({ taught }) => taught === undefined)).toBe(true)
    const shards = await taughtBy({ share: 0.9, trees: 0.4 })
    expect(shards).toHaveLength(8)
    for (const { inputs, taught, rows } of shards)
      for (let row = 0; row < rows; row++) {
        const chance = 1 / (1 + Math.exp(taught![2 * row]! - taught![2 * row + 1]!))
        expect(Math.abs(chance - (inputs[5 * row]! > 0.5 ? 0.9 : 0.1))).toBeLessThan(0.15)
      }
    const trial = trialOf(data, net, { retrain: { epochs: 1, distillation: { share: 0.9 } } })
    const other = await taughtBy({ share: 0.9, trees: 0.4 }, await teacherOf(trial))
    expect(other[0]!.taught).not.toEqual(shards[0]!.taught)
  })

  it('has its auxiliary classifier taught, too', () => {
    const supernet = spaceNet('darts', { cells: 3, channels: 2, nodes: 2, auxiliary: true }, [8, 8, 1], 3)
    const { graph } = discretise(supernet, uniformGates(supernet), {
      gates: 'drop',
      affine: true,
      auxiliary: true,
    })
    const store = ParameterStore.of(graph, randomSource(1))
    const network = discreteNetwork(graph, store)
    const head = store.specs.find(({ name, role }) => name.startsWith('auxiliary') && role === 'weight')!.name
    const stream = randomSource(2).stream('made')
    const inputs = Float32Array.from({ length: 4 * 64 }, () => stream.normal())
    const taught = Float32Array.from({ length: 4 * 3 }, () => stream.normal())
    const gradientOf = (targets: number[], share: number) => {
      const shard = { inputs, targets: Float32Array.from(targets), taught, rows: 4 }
      const distillation = { share, temperature: 2 }
      const weights = {
        task: 0,
        reconstruction: 0,
        auxiliary: 1,
        loss: losses['cross-entropy'],
        distillation,
      }
      const found = batchGradients(network, [8, 8, 1], [shard], weights, { weights: [head], alphas: [] })
      const values = found.weights.get(head)!.dataSync().slice()
      disposeGradients(found)
      return values
    }
    // Under a share of all the targets say nothing.
    expect(gradientOf([0, 1, 2, 0], 1)).toEqual(gradientOf([2, 2, 0, 1], 1))
    expect(gradientOf([0, 1, 2, 0], 0.5)).not.toEqual(gradientOf([2, 2, 0, 1], 0.5))
    store.dispose()
  })

  it('has the unpruned supernet for one, which is then trained, compared with, and freed', async () => {
    const settings = { schedule: onePhase([]), search: { epochs: 2, batch: 8 } }
    const run = async (share: number) => {
      const events: Event[] = []
      const trial = trialOf(imageData(), tinyCells(), {
        ...settings,
        retrain: { epochs: 2, distillation: { share } },
      })
      const newTensors = tensorCounter()
      const result = await runTrial(trial, { emit: (event) => void events.push(event) })
      expect(newTensors()).toBe(0)
      const stages = new Set(eventsOf(events, 'evaluation').map(({ stage }) => stage))
      return { ...result, stages: [...stages] }
    }
    const [alone, taught] = [await run(0), await run(0.9)]
    expect(alone.stages).toEqual(['search', 'retrain'])
    expect(alone.metrics.baseline).toBeNull()
    expect(taught.stages).toEqual(['search', 'baseline', 'retrain'])
    expect(taught.metrics.baseline).not.toBeNull()
    expect(taught.architecture).toEqual(alone.architecture)
    expect(taught.values).not.toEqual(alone.values)
  })
})

describe('several teachers', () => {
  const trained = async (distillation: object, data = vectorData({ train: 48, validation: 12 })) => {
    const trial = trialOf(data, data.dataset.shape.length === 1 ? tinyMlp() : tinyCells(), {
      retrain: { epochs: 2, batch: 16, shards: 2, distillation: { share: 0.5, ...distillation } },
    })
    const events: Event[] = []
    const newTensors = tensorCounter()
    const baseline = await trainBaseline(trial, { emit: (event) => void events.push(event) })
    const { shards, execute } = listening()
    const { graph } = unprunedNetwork(trial.supernet, trial.config.retrain)
    const teacher = teacherFor(trial, baseline)!
    const taught = await retrainStage(trial, { ...quiet, execute }, 'retrain', graph, new Map(), teacher)
    expect(newTensors()).toBe(0)
    return { trial, events, baseline, teacher, shards, taught }
  }

  it('are networks with seeds of their own, of which the first is the baseline, and teach by their mean', async () => {
    const { trial, events, baseline, teacher } = await trained({ teachers: 3 })
    expect(eventsOf(events, 'teacher')).toEqual([2, 3].map((n) => ({ type: 'teacher', teacher: n, of: 3 })))
    expect(teacher.networks).toHaveLength(3)
    const alone = await trained({})
    expect(baseline.retrained!.values).toEqual(alone.baseline.retrained!.values)
    const rows = trial.data.splits.train
    const each = teacher.networks.map((network) => [...saying(network, trial.data, rows)])
    expect(each[1]).not.toEqual(each[0])
    expect(each[2]).not.toEqual(each[1])
    const lessons = await lessonsOf(teacher, trial.data, rows, { augmented: false, random: trial.random })
    lessons
      .taught(new Float32Array(), rows)
      .forEach((value, i) => expect(value).toBeCloseTo((each[0]![i]! + each[1]![i]! + each[2]![i]!) / 3, 5))
    expect(eventsOf(events, 'evaluation').length).toBe(eventsOf(alone.events, 'evaluation').length)
  })

  it('say of unlabelled rows what they are, and are heard', async () => {
    const plain = vectorData({ train: 48, validation: 12 })
    const data = { ...plain, unlabelled: Float32Array.from({ length: 40 }, (_, i) => 100 + i) }
    const more = await trained({ unlabelled: 0.5 }, data)
    for (const { rows, inputs, targets, taught } of more.shards) {
      expect(rows).toBe(12)
      expect([...inputs.subarray(8 * 5)].every((value) => value >= 100)).toBe(true)
      expect(targets.subarray(8)).toEqual(taught!.subarray(8))
    }
    const rowsOf = async (...given: Parameters<typeof trained>) =>
      new Set((await trained(...given)).shards.map(({ rows }) => rows))
    // One for each measured row, and with made ones behind them.
    expect(await rowsOf({}, data)).toEqual(new Set([16]))
    expect(await rowsOf({ made: { rows: 0.25 } }, data)).toEqual(new Set([18]))
    expect(await rowsOf({}, plain)).toEqual(new Set([8]))
  })

  it('say of made rows what they are: values, or probabilities of classes', async () => {
    const made = { made: { rows: 0.5, by: 'mixup' } }
    const numbers = await trained(made)
    expect(numbers.shards.map(({ rows }) => rows)).toEqual(Array.from({ length: 12 }, () => 12))
    for (const { targets, taught } of numbers.shards) expect(targets.subarray(8)).toEqual(taught!.subarray(8))
    const classes = await trained(made, imageData({ train: 48, validation: 12 }))
    for (const { targets, taught, soft } of classes.shards) {
      expect(soft).toBe(true)
      for (let row = 8; row < 12; row++) {
        const powers = [...taught!.subarray(3 * row, 3 * row + 3)].map(Math.exp)
        const sum = powers.reduce((a, b) => a + b, 0)
        powers.forEach((power, c) => expect(targets[3 * row + c]).toBeCloseTo(power / sum, 5))
      }
    }
    expect((await trained(made)).taught.values).toEqual(numbers.taught.values)
    expect((await trained({})).taught.values).not.toEqual(numbers.taught.values)
  })
})

describe('what is taught', () => {
  const rows = { train: 24, validation: 12, test: 12 }
  const shares = (data: PreparedData, supernet: Supernet, retrain: object = {}) =>
    resolveTraining(
      resolveConfig({ data: { source: 'digits' }, supernet: { space: supernet.space }, retrain }),
      data,
    ).retrain.distillation

  it('is decided by the kind of task, where it is not given', () => {
    expect(shares(imageData(rows), tinyCells())).toEqual({ share: 0.9, temperature: 2 })
    expect(shares(vectorData(rows), tinyMlp())).toEqual({ share: 'unexplained', temperature: 2 })
    const given = { distillation: { share: 0.2, temperature: 3 } }
    expect(shares(vectorData(rows), tinyMlp(), given)).toEqual({ share: 0.2, temperature: 3 })
    const open = { distillation: { share: 'unexplained' } }
    expect(() => shares(imageData(rows), tinyCells(), open)).toThrow(
      /retrain\.distillation\.share: expected a number/,
    )
  })

  it('is of numbers what the teacher leaves unexplained, at most a half', async () => {
    const learn = (learningRate: number) => {
      const data = vectorData({ train: 200, validation: 60 })
      return trialOf(data, tinyMlp(), {
        retrain: {
          epochs: 30,
          batch: 16,
          weights: { optimizer: 'adam', learningRate },
          distillation: { share: 'unexplained' },
        },
      })
    }
    const [well, badly] = [learn(0.01), learn(1e-6)]
    const { figures, retrained } = await trainBaseline(well, quiet)
    const { data } = well
    const rows = data.splits.validation
    const said = withNetwork(retrained!.graph, retrained!.values, (network) =>
      predictRows(network, data, rows),
    )
    const targets = [...rows].map((row) => data.dataset.targets[row]!)
    const mean = targets.reduce((sum, y) => sum + y, 0) / targets.length
    const squares = (of: (i: number) => number) => targets.reduce((sum, y, i) => sum + (y - of(i)) ** 2, 0)
    expect(figures.teaches).toBeCloseTo(squares((i) => said[i]!) / squares(() => mean), 9)
    expect(figures.teaches).toBeLessThan(0.2)
    expect((await trainBaseline(badly, quiet)).figures.teaches).toBe(0.5)
    // Targets that do not vary leave nothing to explain.
    data.dataset.targets.fill(3)
    expect((await trainBaseline(well, quiet)).figures.teaches).toBe(0.5)
  })

  it('is of several outputs, far from each other, no less', async () => {
    const data = vectorData({ train: 100, validation: 60 })
    const noise = randomSource(9).stream('noise')
    const targets = Float64Array.from(
      { length: 2 * data.dataset.rows },
      (_, i) => (i % 2 ? 1000 : 0) + noise.normal(),
    )
    const task = { kind: 'regression', outputs: ['near', 'far'] } as const
    const dataset = { ...data.dataset, task, targets }
    const prepared = prepareDataset(
      dataset,
      { train: 0.5, arch: 0, validation: 0.5, test: 0, by: 'random' },
      1,
    )
    const trial = trialOf(prepared, spaceNet('mlp-cell', { blocks: 1, width: 8, hidden: 8 }, [5], 2), {
      retrain: { epochs: 1, batch: 16, distillation: { share: 'unexplained' } },
    })
    expect((await trainBaseline(trial, quiet)).figures.teaches).toBe(0.5)
  })

  it('is not a network of another size, nor one without a share', () => {
    const trial = trialOf(imageData(rows), tinyCells(), { retrain: { distillation: { share: 0.9 } } })
    expect(isTaught(trial)).toBe(true)
    expect(isTaught({ ...trial, retrained: trial.supernet })).toBe(false)
    const alone = trialOf(imageData(rows), tinyCells(), { retrain: { distillation: { share: 0 } } })
    expect(isTaught(alone)).toBe(false)
    expect(wantsBaseline(alone)).toBe(false)
  })

  it.each([{}, { augment: { shift: 2, flip: true } }])(
    'is what the teacher says of the very inputs of each batch: %j',
    async (more) => {
      const settings = { epochs: 1, batch: 8, shards: 2, distillation: { share: 1 }, ...more }
      const trial = trialOf(imageData(rows), tinyCells(), { retrain: settings })
      const teacher = await teacherOf(trial)
      const { graph } = discretise(trial.supernet, uniformGates(trial.supernet), {
        gates: 'drop',
        affine: true,
      })
      const { shards, execute } = listening()
      await retrainStage(trial, { ...quiet, execute }, 'retrain', graph, new Map(), teacher)
      expect(shards).toHaveLength(3 * 2)
      const { graph: of, values } = teacher.networks[0]!
      withNetwork(of, values, (network) => {
        for (const { inputs, taught, rows: n } of shards) {
          const said = recordedOutputs(network, inputs, n, trial.data.dataset.shape)
          said.forEach((value, i) => expect(taught![i]).toBeCloseTo(value, 4))
        }
      })
    },
  )

  it('are all sizes that are tried within a tolerance', async () => {
    const trial = trialOf(vectorData(rows), tinyMlp(), {
      retrain: { epochs: 1, batch: 8, distillation: { share: 0.5 } },
    })
    const reference = await trainBaseline(trial, quiet)
    const model = modelOf(trial)
    const sized = { size: null, cost: 1, architecture: model.architecture() }
    model.dispose()
    const { shards, execute } = listening()
    await smallestWithin(trial, { ...quiet, execute }, 0.5, [sized], reference)
    expect(shards.length).toBeGreaterThan(0)
    expect(shards.every(({ taught }) => taught !== undefined)).toBe(true)
  })

  it('is nothing where the unpruned supernet diverged', () => {
    const trial = trialOf(vectorData(rows), tinyMlp(), { retrain: { distillation: { share: 0.9 } } })
    const diverged = {
      of: '',
      figures: { parameters: 1, flops: 1, depth: 1, validation: null, test: null },
      measured: null,
      compared: {},
    }
    expect(teacherFor(trial, diverged)).toBeUndefined()
    expect(teacherFor(trial, null)).toBeUndefined()
  })
})
