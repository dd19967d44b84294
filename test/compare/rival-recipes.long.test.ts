import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { compare } from '../../src/compare/compare.js'
import { magnitudeWorth } from '../../src/compare/rivals/magnitude-worth.js'
import { mlpInputs } from '../../src/compare/rivals/mlp-inputs.js'
import { realmlpInputs } from '../../src/compare/rivals/realmlp-inputs.js'
import { rivals } from '../../src/compare/rivals/index.js'
import { unprunedNetwork } from '../../src/derive/network.js'
import { fromRecords } from '../../src/library/data.js'
import { parametersOf } from '../../src/nn/cost.js'
import { sizeOf } from '../../src/nn/primitives/types.js'
import { distilled } from '../../src/objective/distillation.js'
import { losses } from '../../src/objective/losses.js'
import { tiny } from './helper.js'
import { hooks, options, tableTrial, trialOf } from './rival-trials.js'

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
      // ±1 of which two thirds are one: the quartiles are apart by 2, and the median is the more frequent
      // one.
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
