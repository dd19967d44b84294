import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { useBackend } from '../../src/backend/index.js'
import { randomSource } from '../../src/base/random.js'
import type { RivalName } from '../../src/config/comparison-schema.js'
import { resolveConfig } from '../../src/config/load-config.js'
import { compare } from '../../src/contest/compare.js'
import { magnitudeWorth } from '../../src/contest/rivals/magnitude-worth.js'
import { mlpInputs } from '../../src/contest/rivals/mlp-inputs.js'
import { realmlpInputs } from '../../src/contest/rivals/realmlp-inputs.js'
import { rivals } from '../../src/contest/rivals/index.js'
import { unprunedNetwork } from '../../src/derive/network.js'
import { fromArrays, fromRecords } from '../../src/library/data.js'
import { parametersOf } from '../../src/nn/cost.js'
import { sizeOf } from '../../src/nn/primitives/types.js'
import { distilled } from '../../src/objective/distillation.js'
import { losses } from '../../src/objective/losses.js'
import { metrics } from '../../src/objective/metrics.js'
import { extensionsIn, setupTrial } from '../../src/setup/setup-trial.js'
import type { Trial } from '../../src/trial/types.js'
import { tiny } from './helper.js'

const hooks = { emit: () => undefined }
const options = { setUp: (config: Parameters<typeof setupTrial>[0]) => setupTrial(config, '.') }

/** A trial on `concrete`, of which 200 rows. */
const tableTrial = (changes: object = {}, seed = 1) =>
  trialOf({
    data: { source: 'concrete', limit: 200 },
    supernet: { space: 'mlp-cell', options: { blocks: 2, width: 8, hidden: 12 } },
    search: { steps: 80, batch: 32 },
    retrain: { steps: 200, batch: 32 },
    seed,
    ...changes,
  })

/** Two classes, within a ring and beyond it, and a number that says nothing. */
function ringTrial() {
  const draw = randomSource(6).stream('ring')
  const records = Array.from({ length: 160 }, () => {
    const [x, y, noise] = [draw.normal(), draw.normal(), draw.normal()]
    return { x, y, noise, where: Math.hypot(x, y) < 1.18 ? 'within' : 'beyond' }
  })
  const { data, given } = fromRecords(records, 'where')
  return trialOf({ data, supernet: { space: 'mlp-cell' }, split: { by: 'stratified' } }, given)
}

/** Sines of two frequencies and any phase, in noise, beside a channel of noise. */
function sines() {
  const draw = randomSource(5).stream('sines')
  const labels = Array.from({ length: 120 }, (_, i) => ['slow', 'fast'][i % 2]!)
  const x = labels.map((label) => {
    const phase = 6.28 * draw.uniform()
    const frequency = label === 'slow' ? 0.4 : 0.55
    return Array.from({ length: 40 }, (_, t) => [
      Math.sin(frequency * t + phase) + draw.normal(),
      draw.normal(),
    ])
  })
  return fromArrays(x, labels)
}

async function seriesTrial() {
  const { data, given } = sines()
  return trialOf(
    { data, supernet: { space: 'temporal-conv' }, split: { by: 'stratified' }, schedule: 'none' },
    given,
  )
}

const imageTrial = () =>
  trialOf({
    data: { source: 'digits', limit: 200 },
    supernet: { space: 'darts-cell', options: { cells: 2, channels: 4 } },
    search: { steps: 20 },
    retrain: { steps: 60 },
    schedule: 'none',
  })

async function trialOf(config: object, given?: ReturnType<typeof sines>['given']): Promise<Trial> {
  await useBackend('wasm')
  return setupTrial(
    resolveConfig({ schedule: 'none', ...config }),
    '.',
    extensionsIn({ ...(given && { given }) }),
  )
}

/** The metric of what predicts the same for every test row: the mean, or the most frequent class. */
function constantMetric({ data: { dataset, splits }, metric }: Trial): number {
  const of = (rows: Uint32Array) => Array.from(rows, (row) => dataset.targets[row]!)
  const [learnt, tested] = [of(splits.train), of(splits.test)]
  if (dataset.task.kind !== 'classification') {
    const mean = learnt.reduce((a, b) => a + b, 0) / learnt.length
    return metrics[metric].value(
      tested.map(() => mean),
      tested,
      1,
    )
  }
  const counts = dataset.task.classes.map((_, k) => tested.filter((target) => target === k).length)
  return Math.max(...counts) / tested.length
}

/** The accuracy of the class of the nearest row that was learnt from. */
function nearestMetric({ data: { inputs, dataset, splits } }: Trial): number {
  const length = dataset.shape.reduce((a, b) => a * b, 1)
  const distance = (a: number, b: number) => {
    let sum = 0
    for (let i = 0; i < length; i++) sum += (inputs[a * length + i]! - inputs[b * length + i]!) ** 2
    return sum
  }
  const right = [...splits.test].filter((row) => {
    const nearest = [...splits.train, ...splits.arch].reduce((a, b) =>
      distance(row, b) < distance(row, a) ? b : a,
    )
    return dataset.targets[nearest] === dataset.targets[row]
  })
  return right.length / splits.test.length
}

describe('a rival', () => {
  const cases: [RivalName, () => Promise<Trial>][] = [
    ['unpruned', tableTrial],
    ['magnitude', tableTrial],
    ['random', tableTrial],
    ['mlp', tableTrial],
    ['realmlp', tableTrial],
    ['realmlp', ringTrial],
    ['grid', () => tableTrial({ schedule: 'fixed-l1' })],
    ['minirocket', seriesTrial],
    ['resnet', imageTrial],
  ]
  test.each(cases)('%s beats a constant, is the same again, and leaves no tensors', async (name, trialOf) => {
    const trial = await trialOf()
    const { figures, latency, seconds } = await rivals[name].run(trial, hooks, options)
    expect(latency).toBeGreaterThan(0)
    expect(latency).toBeLessThan(seconds.search + seconds.retrain + (seconds.baseline ?? 0))
    const [found, constant] = [figures.test!, constantMetric(trial)]
    if (trial.metric === 'accuracy') expect(found).toBeGreaterThan(constant + 0.1)
    else expect(found).toBeLessThan(0.7 * constant)
    if (name === 'minirocket') expect(found).toBeGreaterThan(nearestMetric(trial))
    expect(figures.parameters).toBeGreaterThan(0)
    const before = tf.memory().numTensors
    expect((await rivals[name].run(await trialOf(), hooks, options)).figures).toEqual(figures)
    expect(tf.memory().numTensors).toBe(before)
  })

  test.each([
    ['mlp', seriesTrial, 'expected data of kind table, got sequences; take minirocket'],
    ['realmlp', imageTrial, 'expected data of kind table, got images; take resnet'],
    ['mlp', imageTrial, 'expected data of kind table, got images; take resnet'],
    ['minirocket', tableTrial, 'expected data of kind series or sequences, got table; take mlp'],
    ['resnet', tableTrial, 'expected data of kind images, got table; take mlp'],
  ] as const)('%s refuses other data, and says what suits', async (name, trialOf, reason) => {
    expect(rivals[name].refuses?.((await trialOf()).data.dataset)).toBe(reason)
  })
})

describe('mlp', () => {
  test('reads numbers by quartiles with smooth ends, two values as ±1, categories as 0 and 1', async () => {
    const records = Array.from({ length: 100 }, (_, i) => ({
      number: i % 10,
      two: i % 3 === 0 ? 5 : 7,
      colour: ['red', 'green', 'blue'][i % 3]!,
      y: i,
    }))
    const { data, given } = fromRecords(records, 'y')
    const trial = await trialOf({ data, supernet: { space: 'mlp-cell' } }, given)
    const inputs = mlpInputs(trial.data)
    const { dataset, splits } = trial.data
    const sorted = [...splits.train].map((row) => records[row]!.number).sort((a, b) => a - b)
    const at = (share: number) => {
      const place = share * (sorted.length - 1)
      const below = sorted[Math.floor(place)]!
      return below + (place % 1) * (sorted[Math.ceil(place)]! - below)
    }
    records.forEach(({ number, two, colour }, row) => {
      const x = ((number - at(0.5)) * 1.349) / (at(0.75) - at(0.25))
      const own = Object.fromEntries(dataset.features.map((name, i) => [name, inputs[row * 5 + i]]))
      expect(own.number).toBeCloseTo(x / Math.sqrt(1 + x ** 2 / 9), 5)
      expect(own.two).toBe(two === 7 ? 1 : -1)
      expect(dataset.features.slice(2).map((name) => own[name])).toEqual(
        dataset.features.slice(2).map((name) => (name.endsWith(colour) ? 1 : 0)),
      )
    })
  })

  test('smooths labels: a share learnt from what finds all classes equal is that share of each label', () => {
    const outputs = tf.tensor2d([1, -2, 0.5, 0, 3, -1], [2, 3])
    const smooth = tf.tensor2d([0.9 + 0.1 / 3, 0.1 / 3, 0.1 / 3, 0.1 / 3, 0.1 / 3, 0.9 + 0.1 / 3], [2, 3])
    const classes = tf.tensor1d([0, 2])
    const cross = losses['cross-entropy']
    const taught = distilled(cross, { share: 0.1, temperature: 1 }, tf.zeros([2, 3]))
    expect(tf.tidy(() => taught(outputs, classes).dataSync()[0])).toBeCloseTo(
      tf.tidy(() => cross(outputs, smooth).dataSync()[0]!),
      5,
    )
    tf.dispose([outputs, smooth, classes])
  })
})

describe('realmlp', () => {
  test('reads numbers and categories by quartiles, or by their range where these are equal', async () => {
    const records = Array.from({ length: 120 }, (_, i) => ({
      number: (i % 60) ** 2,
      rare: i % 30 === 0 ? 1 : 0,
      answer: i % 3 === 0 ? 'no' : 'yes',
      colour: i % 20 === 0 ? 'red' : i % 2 === 0 ? 'green' : 'blue',
      y: i,
    }))
    const { data, given } = fromRecords(records, 'y')
    const trial = await trialOf({ data, supernet: { space: 'mlp-cell' } }, given)
    const all = Uint32Array.from(records.keys())
    const { inputs, width } = realmlpInputs(trial.data, all)
    // number, rare, answer as one feature, and three colours
    expect(width).toBe(6)
    const clipped = (x: number) => x / Math.sqrt(1 + x ** 2 / 9)
    // Each square from 0² to 59² stands twice, so that the median and the quartiles lie between these.
    const [low, middle, high] = [
      14 ** 2 * 0.25 + 15 ** 2 * 0.75,
      (29 ** 2 + 30 ** 2) / 2,
      44 ** 2 * 0.75 + 45 ** 2 * 0.25,
    ]
    records.forEach(({ number, rare, answer, colour }, row) => {
      const own = inputs.subarray(row * width, (row + 1) * width)
      expect(own[0]).toBeCloseTo(clipped((number - middle) / (high - low)), 5)
      // Most are 0, so that the factor is 2 / (1 − 0).
      expect(own[1]).toBeCloseTo(clipped(2 * rare), 5)
      // ±1 of which two thirds are one: the quartiles are apart by 2, and the median is the more frequent one.
      expect(Math.abs(own[2]!)).toBeCloseTo(answer === 'yes' ? 0 : clipped(1), 5)
      // blue, green, red: half, 45 % and 5 % of the rows
      expect(own[3]).toBeCloseTo(clipped(colour === 'blue' ? 0.5 : -0.5), 5)
      expect(own[4]).toBeCloseTo(clipped(colour === 'green' ? 1 : 0), 5)
      expect(own[5]).toBeCloseTo(clipped(colour === 'red' ? 2 : 0), 5)
    })
  })

  test('follows its recipe: 256 epochs, whatever retrain says', async () => {
    const short = await rivals.realmlp.run(await tableTrial(), hooks, options)
    const long = await rivals.realmlp.run(
      await tableTrial({ retrain: { steps: 300, l2: 0.1 } }),
      hooks,
      options,
    )
    expect(long.figures).toEqual(short.figures)
    // 8 factors; (8 + 1) · 256, twice (256 + 1) · 256, 256 + 1
    expect(short.figures.parameters).toBe(8 + 9 * 256 + 2 * 257 * 256 + 257)
  })
})

describe('random', () => {
  test('takes the steps of the search, and keeps to a budget', async () => {
    const { figures } = await rivals.random.run(await tableTrial(), hooks, options)
    expect(figures.searchSteps).toBe(80)
    const budget = { share: 0.4 }
    const small = await rivals.random.run(await tableTrial({ budget }), hooks, options)
    expect(small.figures.share).toBeLessThanOrEqual(0.45)
  })
})

describe('magnitude', () => {
  test('weighs a unit by the norm of its column, bias and row, and a skip as the others', async () => {
    const { supernet, config } = await tableTrial({
      supernet: { space: 'mlp-cell', options: { blocks: 1, width: 2, hidden: 3, activations: ['relu'] } },
    })
    const { graph } = unprunedNetwork(supernet, config.retrain)
    const draw = randomSource(2).stream('worth')
    const values = new Map(parametersOf(graph).map(({ name, shape }) => [name, draw.normals(sizeOf(shape))]))
    const named = (end: string) => values.get([...values.keys()].find((name) => name.endsWith(end))!)!
    const kernel = named('hidden/dense:kernel')
    const bias = named('hidden/dense:bias')
    const out = named('out/dense:kernel')
    const norms = [0, 1, 2].map((unit) =>
      Math.hypot(kernel[unit]!, kernel[3 + unit]!, bias[unit]!, out[2 * unit]!, out[2 * unit + 1]!),
    )
    const sum = norms.reduce((a, b) => a + b, 0)
    const worth = magnitudeWorth(supernet, values)
    const units = supernet.groups.find(({ kind }) => kind === 'units')!
    units.members.forEach(({ name }, i) => {
      expect(worth[units.name]![name]).toBeCloseTo(norms[i]! / sum, 5)
    })
    expect(worth['block0/paths']).toEqual({ skip: 0.5, dense: 0.5 })
  })

  test('prunes to a share, or under a tolerance to a size that it tried', async () => {
    const small = await rivals.magnitude.run(await tableTrial({ budget: { share: 0.4 } }), hooks, options)
    expect(small.figures.share).toBeLessThanOrEqual(0.41)
    expect(small.figures.share).toBeGreaterThan(0.3)
    expect(small.figures.sizesTried).toBe(0)
    const tolerated = await rivals.magnitude.run(await tableTrial(), hooks, options)
    expect(tolerated.figures.sizesTried).toBeGreaterThan(0)
    const budget = { share: 0.5, tolerance: 0.01, against: 'best' }
    const best = await rivals.magnitude.run(await tableTrial({ budget }), hooks, options)
    expect(best.figures.sizesTried).toBeGreaterThan(1)
    expect(best.figures.share).toBeLessThanOrEqual(0.51)
  })
})

describe('grid', () => {
  const phases = (lambda: number) => ({
    name: 'pressed',
    phases: [{ name: 'all', until: 1, terms: [{ term: 'l1', part: 'gates', lambda }] }],
    budget: { metric: 'parameters', share: 0.6 },
  })
  const figuresOf = async (methods: object) => {
    const { rows } = await compare({ comparison: tiny({ methods, seeds: [1] }) })
    return Object.fromEntries(rows.map(({ method, figures }) => [method, figures]))
  }

  test('of one factor is the search of that λ, and of several shares the steps', async () => {
    const found = await figuresOf({
      tripled: { rival: 'grid', schedule: phases(1), factors: [3] },
      three: { schedule: phases(3) },
      several: { rival: 'grid', schedule: phases(1), factors: [0.1, 3, 10] },
    })
    expect(found.tripled).toEqual(found.three)
    expect(found.several!.searchSteps).toBe(12)
  })

  test('refuses a schedule that a planner changes, and fewer steps than factors', async () => {
    const planned = {
      rival: 'grid',
      schedule: { planner: 'controller', base: 'fixed-l1', budget: { metric: 'parameters', share: 0.6 } },
    }
    await expect(figuresOf({ planned })).rejects.toThrow(
      'grid: expected a schedule whose λ are fixed, got one that a planner changes',
    )
    const { rows } = await compare({
      comparison: tiny({ methods: { g: { rival: 'grid', search: { steps: 3 } } }, seeds: [1] }),
    })
    expect(rows[0]!.failed).toMatch(/^grid: expected at least a step for each of 5 factors, got 3 steps/)
  })
})
