import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parametersOf } from '../../../src/nn/cost.js'
import { inspect } from '../../../src/search/decide/inspect.js'
import { projectToLegal } from '../../../src/search/decide/projection.js'
import { architectureCosts } from '../../../src/supernet/architecture-cost.js'
import { costRange } from '../../../src/supernet/cost-range.js'
import { taskCost } from '../../../src/supernet/cost.js'
import type { SupernetModel } from '../../../src/supernet/model.js'
import { illegality } from '../../../src/supernet/prune.js'
import type { CostMetric, Supernet } from '../../../src/supernet/types.js'
import type { Trial } from '../../../src/trial/types.js'
import { disposeTaken, takenApart } from '../../helpers/pruning.js'
import {
  eventsOf,
  expectSameBytes,
  imageData,
  onePhase,
  searched,
  spaceNet,
  tinyCells,
  tinyMlp,
  trialOf,
  vectorData,
  type Settings,
} from '../../helpers/trials.js'

let before = 0
beforeEach(() => void (before = tf.memory().numTensors))
afterEach(() => {
  disposeTaken()
  expect(tf.memory().numTensors).toBe(before)
})

const l1 = { term: 'l1', part: 'gates', lambda: 0.2 }

/** A search under a budget; the prune window is open all the time. */
function budgeted(net: Supernet, budget: object, prune: object = {}, settings: Settings = {}): Trial {
  const data = net.input.length === 1 ? vectorData() : imageData()
  return trialOf(data, net, {
    schedule: onePhase([l1], { budget, prune: { from: 0, until: 0.75, ...prune } }),
    ...settings,
    search: { epochs: 4, batch: 8, inspectEvery: 2, weights: { learningRate: 0.02 }, ...settings.search },
  })
}

/** Numbers that the model holds for weights of the task's network. */
function weightsHeld({ weights, supernet }: SupernetModel): number {
  const trained = new Set(parametersOf(supernet.graph).flatMap((p) => (p.role === 'weight' ? [p.name] : [])))
  return [...weights.values()].reduce((sum, [name, v]) => sum + (trained.has(name) ? v.length : 0), 0)
}

const budgetOf = ({ schedule }: Trial) => schedule.budget!
const spaces: [string, () => Supernet][] = [
  ['cells', () => tinyCells({ operations: ['none', 'skip', 'conv-1x1', 'sep-conv-3x3', 'dil-conv-3x3'] })],
  ['nas-bench-201', () => spaceNet('nas-bench-201', { cells: 1, channels: 2 }, [6, 6, 1], 3)],
  ['a chain', () => spaceNet('nas-bench-macro', { channels: 2, head: 4 }, [6, 6, 1], 3)],
  ['mlp-cell', () => spaceNet('mlp-cell', { width: 6, hidden: 8 }, [5], 1)],
]

describe.each(spaces)('a search of %s', (_, net) => {
  const within = (metric: CostMetric, part: number) => {
    const { whole, least } = costRange(net(), metric)
    return { metric, share: (least + part * (whole - least)) / whole }
  }

  it.each(['parameters', 'flops', 'depth'] as const)('ends legal, within a budget of %s', async (metric) => {
    const trial = budgeted(net(), within(metric, 0.1))
    const { model, events, result } = await searched(trial)
    const { limit, least } = budgetOf(trial)
    expect(limit).toBeGreaterThan(least)
    expect(illegality(model.supernet)).toBeUndefined()
    expect(taskCost(model.supernet)[metric]).toBeLessThanOrEqual(limit)
    if (metric === 'parameters') expect(weightsHeld(model)).toBeLessThanOrEqual(limit)
    const jumps = new Map(eventsOf(events, 'removal').map((e) => [`${e.step} ${e.by}`, e.before! - e.after!]))
    const sign = trial.metric === 'rmse' ? -1 : 1
    const sum = [...jumps].reduce((all, [key, jump]) => (key.endsWith('zero') ? all : all + sign * jump), 0)
    expect(result.jumps).toBeCloseTo(sum, 10)
    expect(events.some((e) => e.type === 'removal' && e.by === 'projection')).toBe(true)
    model.dispose()
  })

  it('by perturbation too, and resumes bit for bit', async () => {
    const trial = budgeted(net(), within('parameters', 0.15), { rule: 'perturbation' })
    const whole = await searched(trial)
    const later = await searched(trial, whole.checkpoints[1])
    expect(taskCost(whole.model.supernet).parameters).toBeLessThanOrEqual(budgetOf(trial).limit)
    expectSameBytes(whole.model, later.model)
    const decided = eventsOf(whole.events, 'removal').filter(({ by }) => by === 'perturbation')
    expect(decided.length).toBeGreaterThan(0)
    whole.model.dispose()
    later.model.dispose()
  })
})

describe('removal under a budget', () => {
  it('stops where what is wanted is within it, and no unit could be added back', () => {
    const net = tinyMlp({ encoder: [20], code: 6, head: [8] })
    const trial = budgeted(net, { metric: 'parameters', share: 0.5 })
    const parts = takenApart(trial)
    parts.set('encoder/dense0', [1, 1, ...Array<number>(18).fill(0)])
    inspect(parts.pruning, 1, false)
    const { limit } = budgetOf(trial)
    const left = parts.membersOf('encoder/dense0')!.length
    const costs = architectureCosts(net, 'parameters')
    const units = (count: number) =>
      costs({ 'encoder/dense0': Array.from({ length: count }, (_, i) => String(i)) }).cost
    // One more would be too many to remove; so one too many is left for the projection.
    expect(units(left)).toBeGreaterThanOrEqual(limit)
    expect(units(left - 1)).toBeLessThan(limit)
    projectToLegal(parts.pruning, 2)
    const spent = taskCost(parts.model.supernet).parameters
    expect(spent).toBeLessThanOrEqual(limit)
    for (let step = 3; step < 6; step++) inspect(parts.pruning, step, true)
    expect(taskCost(parts.model.supernet).parameters).toBe(spent)
  })

  it('removes all that is 0 where there is none', () => {
    const trial = trialOf(vectorData(), tinyMlp({ encoder: [20], code: 6, head: [8] }), {
      schedule: onePhase([l1], { prune: { from: 0, until: 1 } }),
      search: { epochs: 2, batch: 8 },
    })
    const parts = takenApart(trial)
    parts.set('encoder/dense0', [1, 1, ...Array<number>(18).fill(0)])
    inspect(parts.pruning, 1, false)
    expect(parts.membersOf('encoder/dense0')).toEqual(['0', '1'])
  })

  it('spares what the budget cannot do without, whatever its gate', () => {
    const net = tinyCells()
    const { whole, least } = costRange(net, 'parameters')
    const trial = budgeted(net, { metric: 'parameters', value: least })
    const parts = takenApart(trial)
    const edges = net.groups.filter(({ kind }) => kind === 'operations').map(({ name }) => name)
    // Of skip, max-pool and dil-conv only the last is open.
    for (const name of edges) parts.set(name, [0, 0, 1])
    inspect(parts.pruning, 1, false)
    expect(taskCost(parts.model.supernet).parameters).toBeLessThan(whole)
    projectToLegal(parts.pruning, 2)
    expect(taskCost(parts.model.supernet).parameters).toBe(least)
    for (const name of edges) expect(parts.membersOf(name) ?? []).not.toContain('dil-conv-3x3')
    // Closed as they were, they have all of the weight now.
    const values = Object.values(parts.model.gateValues()).flatMap((group) => Object.values(group))
    expect(values.every((value) => Math.abs(value - 1) < 1e-6)).toBe(true)
    const removals = eventsOf(parts.events, 'removal').filter(({ by }) => by === 'projection')
    const measured = removals.flatMap(({ evidence }) =>
      Object.values(evidence!).map(({ ablation }) => ablation!),
    )
    expect(measured.length).toBeGreaterThan(0)
    expect(measured.every(({ without }) => Number.isFinite(without))).toBe(true)
  })

  it('by measured times keeps to the milliseconds of the table', async () => {
    const net = tinyCells({ cells: 1, reductions: [] })
    const ms: Record<string, number> = { skip: 0.5, 'max-pool-3x3': 2, 'dil-conv-3x3': 5 }
    const latency = ({ kind }: { kind: string }, member: string) => (kind === 'operations' ? ms[member]! : 0)
    const { whole, least } = costRange(net, 'latency', latency)
    const made = budgeted(net, { metric: 'parameters', share: 0.9 })
    const budget = { metric: 'latency' as const, limit: 5.6, whole, least }
    const trial = { ...made, latency, schedule: { ...made.schedule, budget } }
    const { model } = await searched(trial)
    const kept = model.supernet.groups.filter(({ kind }) => kind === 'operations')
    const spent = kept.reduce((sum, { members }) => sum + ms[members[0]!.name]!, 0)
    expect(kept).toHaveLength(2)
    expect(spent).toBeLessThanOrEqual(5.6)
    // 0.5 + 5 fits, 2 + 5 does not.
    expect([1, 2.5, 4, 5.5]).toContain(spent)
    model.dispose()
  })
})
