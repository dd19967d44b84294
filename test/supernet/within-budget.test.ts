import { describe, expect, it } from 'vitest'
import { randomSource } from '../../src/base/random.js'
import { isConnected } from '../../src/nn/connectivity.js'
import { architectureCosts } from '../../src/supernet/architecture-cost.js'
import { costRange } from '../../src/supernet/cost-range.js'
import { taskCost } from '../../src/supernet/cost.js'
import type { Worth } from '../../src/supernet/moves.js'
import type { Choices } from '../../src/supernet/notation.js'
import { choose, illegality } from '../../src/supernet/prune.js'
import { keepable, type GateGroup, type Supernet } from '../../src/supernet/types.js'
import { mostWanted, withinBudget } from '../../src/supernet/within-budget.js'
import { spaceNet, tinyMlp } from '../helpers/trials.js'

const operations = ['none', 'skip', 'avg-pool-3x3', 'sep-conv-3x3', 'dil-conv-5x5']
const spaces: [string, Supernet][] = [
  ['darts', spaceNet('darts', { channels: 4, cells: 3, nodes: 3, operations }, [8, 8, 1], 10)],
  ['darts, shared', spaceNet('darts', { channels: 4, cells: 4, alpha: 'shared', operations }, [8, 8, 1], 10)],
  ['nas-bench-201', spaceNet('nas-bench-201', { channels: 4, cells: 1, alpha: 'per-cell' }, [8, 8, 1], 10)],
  ['nas-bench-macro', spaceNet('nas-bench-macro', { channels: 4, head: 16 }, [8, 8, 1], 10)],
  ['mlp-cell', spaceNet('mlp-cell', { width: 8, hidden: 12 }, [5], 1)],
  ['autoencoder-mlp', tinyMlp({ encoder: [10], code: 8, head: [9] })],
]
const metrics = ['parameters', 'flops', 'depth'] as const

/** Shares of random gates, some of them exactly 0. */
function randomWorth({ groups }: Supernet, seed: number): Worth {
  return Object.fromEntries(
    groups.map(({ name, members }) => {
      const stream = randomSource(seed).stream('worth', name)
      const raw = members.map(() => Math.max(0, stream.uniform() - 0.2))
      const sum = raw.reduce((a, b) => a + b, 0) || 1
      return [name, Object.fromEntries(members.map((member, i) => [member.name, raw[i]! / sum]))]
    }),
  )
}

/** As many random members of each group as it may keep. */
function randomChoices({ groups }: Supernet, seed: number): Choices {
  return Object.fromEntries(
    groups.map((group) => {
      const stream = randomSource(seed).stream('choices', group.name)
      const { min, max } = group.keep
      const names = keepable(group).map(({ name }) => name)
      const count = min + stream.integer(Math.min(max, names.length) - min + 1)
      const chosen = new Set([...stream.permutation(names.length).slice(0, count)])
      return [group.name, names.filter((_, i) => chosen.has(i))]
    }),
  )
}

const pruned = (net: Supernet, choices: Choices): Supernet | undefined => {
  try {
    return choose(net, choices).supernet
  } catch {
    return undefined
  }
}

describe.each(spaces)('%s', (_, net) => {
  it.each(metrics)('counts %s of choices as the pruned network has them', (metric) => {
    const costs = architectureCosts(net, metric)
    let disconnected = 0
    for (let seed = 0; seed < 8; seed++) {
      const choices = randomChoices(net, seed)
      const found = costs(choices)
      const actual = pruned(net, choices)
      expect(found.connected).toBe(actual !== undefined)
      if (!actual) disconnected++
      else {
        expect(found.cost).toBe(taskCost(actual)[metric])
        expect([...found.standing].sort()).toEqual(actual.groups.map(({ name }) => name).sort())
      }
    }
    expect(disconnected).toBeLessThan(8)
  })

  it.each(metrics)('is legal, connected and within a budget of %s, and full', (metric) => {
    const costs = architectureCosts(net, metric)
    const { least } = costRange(net, metric)
    for (let seed = 0; seed < 4; seed++) {
      const worth = randomWorth(net, seed)
      const most = mostWanted(net, costs, worth).cost
      for (const share of [0, 0.2, 0.7, 1]) {
        const limit = least + share * (most - least)
        const found = withinBudget(net, costs, worth, limit)!
        const actual = choose(net, found.choices).supernet
        expect(illegality(actual)).toBeUndefined()
        expect(isConnected(actual.graph)).toBe(true)
        expect(taskCost(actual)[metric]).toBe(found.cost)
        expect(found.cost).toBeLessThanOrEqual(limit)
        for (const group of net.groups.filter(({ name }) => found.standing.has(name)))
          expectFull(net, group, found.choices, worth, (choices) => {
            const next = costs(choices)
            return next.connected && next.cost <= limit
          })
      }
      expect(withinBudget(net, costs, worth, least - 0.5)).toBeUndefined()
    }
  })

  it('is what gates want where the budget is large enough for it', () => {
    const costs = architectureCosts(net, 'parameters')
    const worth = randomWorth(net, 7)
    const { choices } = withinBudget(net, costs, worth, taskCost(net).parameters)!
    for (const group of net.groups.filter(({ keep, kind }) => kind !== 'units' && !keep.empty)) {
      const ranked = keepable(group).sort((a, b) => worth[group.name]![b.name]! - worth[group.name]![a.name]!)
      const names = ranked.slice(0, group.keep.max).map(({ name }) => name)
      expect([...choices[group.name]!].sort()).toEqual(names.sort())
    }
  })
})

it('what only zeros lead to is not connected: edges that carry nothing read the input for its rows alone', () => {
  const net = spaceNet('nas-bench-201', { channels: 2, cells: 1, alpha: 'per-cell' }, [8, 8, 1], 2)
  const into = net.groups.filter(({ name }) => /^stage0\/cell0\/.→3$/.test(name))
  expect(into).toHaveLength(3)
  const [first, ...more] = into.map(({ name }) => name)
  const smaller = choose(net, Object.fromEntries(more.map((name) => [name, ['none']]))).supernet
  const costs = architectureCosts(smaller, 'parameters')
  expect(smaller.graph.nodes.some(({ kind }) => kind === 'zeros')).toBe(true)
  expect(costs({ [first!]: ['skip'] }).connected).toBe(true)
  expect(costs({ [first!]: ['none'] }).connected).toBe(false)
  expect(() => choose(smaller, { [first!]: ['none'] })).toThrow('nothing reaches the output')
})

/** Nothing could be added to a group, and no operation exchanged for one of a larger gate. */
function expectFull(
  net: Supernet,
  { name, kind, keep, members }: GateGroup,
  choices: Choices,
  worth: Worth,
  fits: (choices: Choices) => boolean,
): void {
  const kept = choices[name]!
  for (const member of keepable({ members, keep })) {
    if (kept.includes(member.name)) continue
    if (kept.length < keep.max)
      for (const inner of [choices, fewestUnits(net, choices)])
        expect(fits({ ...choices, ...innerOf(net, name, inner), [name]: [...kept, member.name] })).toBe(false)
    const [only] = kept
    if (kind === 'operations' && member.empty !== true && worth[name]![member.name]! > worth[name]![only!]!)
      expect(fits({ ...choices, [name]: [member.name] })).toBe(false)
  }
}

/** The unit groups of the block that a group of paths stands in; of other groups none. */
const innerOf = ({ groups }: Supernet, name: string, choices: Choices): Choices => {
  const block = name.endsWith('/paths') ? name.slice(0, -'/paths'.length) : undefined
  return Object.fromEntries(
    groups.flatMap((group) => (group.name === `${block}/units` ? [[group.name, choices[group.name]!]] : [])),
  )
}

const fewestUnits = ({ groups }: Supernet, choices: Choices): Choices => ({
  ...choices,
  ...Object.fromEntries(
    groups
      .filter(({ kind }) => kind === 'units')
      .map(({ name, keep, members }) => [name, members.slice(0, keep.min).map((unit) => unit.name)]),
  ),
})
