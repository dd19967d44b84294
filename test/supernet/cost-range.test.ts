import { describe, expect, it } from 'vitest'
import { resolveSchedule } from '../../src/setup/schedule-file.js'
import { compileFor } from '../../src/setup/schedule-of.js'
import { costRange } from '../../src/supernet/cost-range.js'
import { taskCost } from '../../src/supernet/cost.js'
import { pruneGroup } from '../../src/supernet/prune.js'
import { relaxations } from '../../src/supernet/relaxations/index.js'
import type { CostMetric, Supernet } from '../../src/supernet/types.js'
import { onePhase, spaceNet, tinyCells, tinyMlp } from '../helpers/trials.js'

/** Every legal architecture of a supernet, group by group; a group that vanished has no choice to make. */
function* legalOnes(net: Supernet, at = 0): Generator<Supernet> {
  const group = net.groups[at]
  if (!group) yield net
  else
    for (const kept of subsets(group.members.map((m) => m.name)))
      if (kept.length >= group.keep.min && kept.length <= group.keep.max) {
        const smaller = prunedIfConnected(net, group.name, kept)
        if (smaller) yield* legalOnes(smaller, smaller.groups.findIndex((g) => g.name === group.name) + 1)
      }
}

function prunedIfConnected(net: Supernet, group: string, kept: string[]): Supernet | undefined {
  try {
    return pruneGroup(net, group, kept).supernet
  } catch {
    return undefined
  }
}

const subsets = (names: string[]): string[][] =>
  names.reduce<string[][]>((all, name) => [...all, ...all.map((kept) => [...kept, name])], [[]])

describe('the floor', () => {
  it('of darts at 16 channels and 8 cells is 5.15 % of its 1,930,618 parameters, and less is refused', () => {
    const darts = spaceNet('darts', { channels: 16, cells: 8 }, [32, 32, 3], 10)
    const { whole, least } = costRange(darts, 'parameters')
    expect(whole).toBe(1_930_618)
    expect((100 * least) / whole).toBeCloseTo(5.15, 2)
    const withBudget = (budget: object) =>
      compileFor(resolveSchedule(onePhase([], { budget }) as never, '.'), darts, 100, relaxations.gates)
        .budget
    expect(withBudget({ metric: 'parameters', share: 0.0516 })).toEqual({
      metric: 'parameters',
      limit: 0.0516 * whole,
      whole,
      least,
    })
    expect(() => withBudget({ metric: 'parameters', share: 0.05 })).toThrow(
      'schedule.budget.share: the least that a legal architecture costs is 0.051513, which is 99450 of 1930618 parameters, got 0.05',
    )
  })

  it.each<[string, Supernet]>([
    ['cells', tinyCells({ cells: 1, reductions: [] })],
    ['a reduction cell', tinyCells({ cells: 1, reductions: [0], nodes: 1, inputs: 1 })],
    ['cells that share their gates', tinyCells({ cells: 3, alpha: 'shared', nodes: 1, inputs: 1 })],
    ['widths', tinyMlp({ encoder: [3], code: 3, head: [2] })],
    [
      'edges that may carry nothing',
      spaceNet(
        'nas-bench-201',
        { channels: 2, cells: 1, operations: ['none', 'conv-1x1', 'conv-3x3'] },
        [4, 4, 1],
        2,
      ),
    ],
    ['a chain', spaceNet('nas-bench-macro', { channels: 2, head: 4, stages: [2, 1] }, [8, 8, 1], 2)],
    ['paths', spaceNet('mlp-cell', { blocks: 2, width: 3, hidden: 3, minUnits: 1 }, [2], 1)],
  ])('is the least of all legal architectures of %s', (_, net) => {
    for (const metric of ['parameters', 'flops', 'depth'] as const) {
      const all = [...legalOnes(net)].map((each) => taskCost(each)[metric])
      expect(costRange(net, metric)).toEqual({ whole: taskCost(net)[metric], least: Math.min(...all) })
      expect(all.length).toBeGreaterThan(8)
    }
  })

  it('of measured times is that of the fastest members that must stay', () => {
    const net = tinyCells({ cells: 1, reductions: [], nodes: 2, inputs: 1 })
    const ms: Record<string, number> = { skip: 2, 'max-pool-3x3': 3, 'dil-conv-3x3': 1 }
    const times = ({ kind }: { kind: string }, member: string) => (kind === 'operations' ? ms[member]! : 0)
    const metric: CostMetric = 'latency'
    // Five edges, of which two stay.
    expect(costRange(net, metric, times)).toEqual({ whole: 30, least: 2 })
  })
})
