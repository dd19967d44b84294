import { describe, expect, it } from 'vitest'
import { targets } from '../../src/planners/controller.js'
import { expectedCosts } from '../../src/search/gates/layer-cost.js'
import { taskCost } from '../../src/supernet/cost.js'
import { imageData, searched, spaceNet, tinyCells, trialOf, vectorData } from '../helpers/trials.js'

describe('targets', () => {
  const layers = [
    { layer: 'a', expected: 50, least: 10 },
    { layer: 'b', expected: 90, least: 60 },
    { layer: 'c', expected: 0, least: 0 },
  ]
  const first = { a: 100, b: 100, c: 0 }

  it('are the same share of what each layer cost first', () => {
    const found = targets({ fixed: 20, unit: 1, layers }, first, 180)
    expect(found.get('a')).toBeCloseTo(80)
    expect(found.get('b')).toBeCloseTo(80)
    expect(found.has('c')).toBe(false)
  })

  it('leave a layer its least, and the others the rest', () => {
    const found = targets({ fixed: 20, unit: 1, layers }, first, 120)
    expect(found.get('a')).toBeCloseTo(40)
    expect(found.get('b')).toBe(60)
  })
})

/** One phase in which nothing presses but the controller, then one in which what is left trains. */
const unpressed = (share: number, metric = 'parameters') => ({
  planner: 'controller',
  base: {
    name: 'unpressed',
    phases: [
      { name: 'move', until: 0.8 },
      { name: 'rest', until: 1, gates: 'hold' },
    ],
    prune: { from: 0.1, until: 0.8 },
  },
  budget: { metric, share },
})

describe('the controller', () => {
  it.each([0.2, 0.5])(
    'brings layers of units to %f of their weights, where nothing else presses',
    async (share) => {
      const supernet = spaceNet('autoencoder-mlp', { encoder: [24], code: 12, head: [16] }, [5], 1)
      const made = trialOf(vectorData({ train: 48, validation: 12 }), supernet, {
        schedule: unpressed(share),
        search: {
          epochs: 60,
          batch: 8,
          inspectEvery: 2,
          gates: { travel: 3 },
          weights: { learningRate: 0.01 },
        },
      })
      const { model, result } = await searched(made)
      const { fixed, layers } = expectedCosts(model, 'parameters', undefined)
      const reached =
        layers.reduce((sum, { expected }) => sum + expected, fixed) / taskCost(supernet).parameters
      expect(reached).toBeGreaterThan(0.6 * share)
      expect(reached).toBeLessThan(1.1 * share)
      const pressed = result.used.columns.filter(
        ({ term, segments }) => term === 'l1' && segments.some(({ value }) => value > 0),
      )
      expect(pressed.map(({ layer }) => layer)).toEqual(['encoder/dense0', 'encoder/code', 'head/dense0'])
      model.dispose()
    },
  )

  it.each(['parameters', 'flops'] as const)('leads choices to operations of fewer %s', async (metric) => {
    const supernet = tinyCells({ operations: ['skip', 'conv-1x1', 'sep-conv-3x3', 'sep-conv-5x5'] })
    const cost = async (schedule: object) => {
      const made = trialOf(imageData({ train: 48, validation: 12 }), supernet, {
        schedule,
        search: { epochs: 20, batch: 8, inspectEvery: 4 },
      })
      const { model } = await searched(made)
      const found = taskCost(model.supernet)[metric]
      model.dispose()
      return found / taskCost(supernet)[metric]
    }
    const terms = [{ term: 'l1', part: 'gates', lambda: 0.05 }]
    const { base, ...rest } = unpressed(0.5, metric)
    const pressed = { ...base, phases: [{ ...base.phases[0]!, terms }, base.phases[1]!] }
    const plain = await cost(pressed)
    const controlled = await cost({ ...rest, base: pressed, budget: { metric, share: 0.7 * plain } })
    expect(controlled).toBeLessThan(0.8 * plain)
  })

  it('eases the base where it presses units below the budget', async () => {
    const terms = [{ term: 'l1', part: 'gates', lambda: 40 }]
    const { base, ...rest } = unpressed(0.7)
    const harsh = { ...base, phases: [{ ...base.phases[0]!, terms }, base.phases[1]!] }
    const supernet = spaceNet('autoencoder-mlp', { encoder: [24], code: 12, head: [16] }, [5], 1)
    const left = async (schedule: object) => {
      const made = trialOf(vectorData({ train: 48, validation: 12 }), supernet, {
        schedule,
        search: { epochs: 40, batch: 8, inspectEvery: 2, weights: { learningRate: 0.01 } },
      })
      const { model } = await searched(made)
      const { parameters } = taskCost(model.supernet)
      model.dispose()
      return parameters / taskCost(supernet).parameters
    }
    expect(await left(harsh)).toBeLessThan(0.2)
    expect(await left({ ...rest, base: harsh })).toBeGreaterThan(0.4)
  })

  it('refuses to work without a budget, and on one that it cannot count by layers', () => {
    const { base } = unpressed(0.5)
    const make = (more: object) => () =>
      trialOf(vectorData(), spaceNet('autoencoder-mlp', { encoder: [6], code: 4, head: [5] }, [5], 1), {
        schedule: { planner: 'controller', base, ...more },
      })
    expect(make({})).toThrow('schedule.budget: the controller needs one; add "budget": ')
    expect(make({ budget: { metric: 'parameters', tolerance: 0.01 } })).toThrow(
      'schedule.budget: the controller steers to a limit; give value or share beside tolerance',
    )
    expect(make({ budget: { metric: 'depth', value: 4 } })).toThrow(
      'schedule.budget.metric: the controller counts parameters, flops or latency, got depth',
    )
  })
})
