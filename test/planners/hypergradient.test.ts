import { describe, expect, it } from 'vitest'
import { hypergradient } from '../../src/planners/hypergradient.js'
import type { LookAhead, LambdaMove, Observed } from '../../src/schedule/observed.js'
import { relaxations } from '../../src/supernet/relaxations/index.js'
import type { GateGroup } from '../../src/supernet/types.js'
import { searched, tinyMlp, trialOf, vectorData } from '../helpers/trials.js'

const base = {
  name: 'base',
  phases: [
    { name: 'warm-up', until: 0.2, gates: 'hold', terms: [{ term: 'l1', part: 'gates', lambda: 0.7 }] },
    { name: 'press', until: 1, terms: [{ term: 'l1', part: 'gates', lambda: 0.1 }] },
  ],
  prune: { from: 0.9, until: 0.9 },
}
const planned = (more: object = {}) => ({ planner: 'hypergradient', base, every: 1, ...more })
const data = () => vectorData({ train: 40, arch: 16, validation: 8 })
const made = (more: object = {}, search: object = {}) =>
  trialOf(data(), tinyMlp(), { schedule: planned(more), search: { epochs: 4, batch: 8, ...search } })

/** What the planner answers when look-aheads say these slopes for `l1` and for the price. */
function answers(
  slopes: Record<string, { loss: number; cost: number }>,
  options: object = {},
  kind: GateGroup['kind'] = 'operations',
) {
  const { schedule, random, ...trial } = made()
  const supernet = { ...trial.supernet, groups: trial.supernet.groups.map((group) => ({ ...group, kind })) }
  const source = hypergradient.source({
    schedule,
    supernet,
    random,
    lessons: [],
    relaxation: relaxations.gates,
    budget: undefined,
    options: { every: 1, rate: 0.2, price: 0.5, cost: 'parameters', ...options } as never,
  })
  const observed: Observed = {
    gateValues: () => ({}),
    turned: (row) => row,
    lossesAlone: () => undefined,
    supernet,
    costs: () => ({
      fixed: 0,
      unit: 1,
      layers: supernet.layers.map((layer) => ({ layer, expected: 10, least: 1 })),
    }),
    lookAhead: (_, __, moves: readonly LambdaMove[]): LookAhead => ({
      loss: 1,
      cost: 1,
      slopes: moves.map(({ column }) => slopes[schedule.columns[column]!.term]!),
    }),
  }
  const at = (t: number, term: string) =>
    source.at(t, observed).columns[schedule.columns.findIndex((column) => column.term === term)]!
  return { at, schedule }
}

describe('the hypergradient', () => {
  it.each([
    ['error falls with λ', { loss: -1, cost: 0 }, 1],
    ['error rises with λ', { loss: 1, cost: 0 }, -1],
    ['cost falls by more than error rises', { loss: 1, cost: -3 }, 1],
    ['cost falls by less than error rises', { loss: 1, cost: -1 }, -1],
    ['nothing answers', { loss: 0, cost: 0 }, 0],
  ])('moves λ the way that pays: %s', (_, slope, sign) => {
    const { at, schedule } = answers({ l1: slope, parameters: slope })
    const from = schedule.phases[1]!.from
    expect(at(0, 'l1')).toBe(0.7)
    expect(at(from, 'l1')).toBeCloseTo(0.1 * Math.exp(0.2 * sign), 6)
    // What the base leaves out begins small: at 0.1 of the layer's cost, ten average members.
    expect(at(from, 'parameters')).toBeCloseTo(0.01 * Math.exp(0.4 * sign), 6)
    expect(at(schedule.prune.until, 'l1')).toBe(0.1)
  })

  it('looks at no price where there are only units, which do not feel it', () => {
    const { at, schedule } = answers({ l1: { loss: -1, cost: 0 } }, {}, 'units')
    const from = schedule.phases[1]!.from
    expect(at(from, 'l1')).toBeCloseTo(0.1 * Math.exp(0.2), 6)
    expect(at(from, 'parameters')).toBe(0)
  })

  it('keeps λ within 32 times the base’s', () => {
    const up = { loss: -1, cost: 0 }
    const { at, schedule } = answers({ l1: up, parameters: up }, { rate: 1 })
    const lambdas = Array.from({ length: 12 }, () => at(schedule.phases[1]!.from, 'l1'))
    expect(lambdas.at(-1)).toBeCloseTo(3.2, 6)
  })

  it('presses more where cost has a price than on error alone', async () => {
    const pressure = async (price: number) => {
      const { result, model } = await searched(
        made({ price }, { epochs: 16, gates: { noise: 0.5 }, weights: { learningRate: 0.02 } }),
      )
      model.dispose()
      const pressed = result.used.columns.filter(({ term }) => term === 'l1')
      return pressed.map(
        ({ segments }) => segments.findLast(({ from }) => from < result.used.prune.until)!.value,
      )
    }
    const [free, priced] = [await pressure(0), await pressure(100)]
    expect(Math.max(...free)).toBeLessThan(Math.min(...priced))
    expect(Math.min(...priced)).toBeGreaterThan(0.1)
  })

  it('says that it needs rows of arch', () => {
    expect(() => trialOf(vectorData(), tinyMlp(), { schedule: planned() })).toThrow(
      'config.split.arch: the planner hypergradient measures on this split, which is empty; give it a share',
    )
  })
})
