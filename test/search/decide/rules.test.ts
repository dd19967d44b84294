import { describe, expect, it } from 'vitest'
import { randomSource } from '../../../src/base/random.js'
import { architectureBy } from '../../../src/derive/by-rule.js'
import { worthByGates } from '../../../src/search/decide/budget.js'
import { keptBy, orderedBy, rankedBy } from '../../../src/search/decide/rules/kept.js'
import { rules } from '../../../src/search/decide/rules/index.js'
import type { Rule, Seen } from '../../../src/search/decide/rules/types.js'
import type { Pruning } from '../../../src/search/state.js'
import type { GateGroup, Supernet } from '../../../src/supernet/types.js'
import { eventsOf, imageData, onePhase, searched, tinyCells, trialOf } from '../../helpers/trials.js'

const net = tinyCells({ inputs: 2, nodes: 2, operations: ['skip', 'conv-1x1', 'dil-conv-3x3'] })
const rule = (name: string): Rule => rules.find((each) => each.name === name)!

/** Weights of every group that fall from the first member on. */
const falling = ({ groups }: Supernet) =>
  Object.fromEntries(
    groups.map(({ name, members }) => [
      name,
      Object.fromEntries(members.map((member, i) => [member.name, 1 / (i + 1)])),
    ]),
  )

const seen = (seed = 1): Seen => ({
  supernet: net,
  weights: falling(net),
  threshold: 0.7,
  draw: (of) => randomSource(seed).stream('projection', of),
})
const edge = net.groups.find(({ kind }) => kind === 'operations')!

describe('a rule', () => {
  it.each(rules.filter(({ measures }) => !measures))('$name makes a legal architecture of gates', (each) => {
    const found = architectureBy(each, net, falling(net), { threshold: 0.5, random: randomSource(1) })
    for (const { name, kept } of found.groups) {
      const { keep } = net.groups.find((group) => group.name === name)!
      expect(kept.length).toBeGreaterThanOrEqual(keep.min)
      expect(kept.length).toBeLessThanOrEqual(keep.max)
    }
  })

  it('threshold keeps what has its share of the mean, within what is legal', () => {
    // 1, 1/2, 1/3 have a mean of 0.61, of which 0.7 are 0.43.
    expect(rule('threshold').rank(edge, seen()).most).toBe(2)
    const wide: GateGroup = { ...edge, keep: { min: 1, max: 3 } }
    expect(keptBy(rule('threshold').rank(wide, seen()), wide, seen())).toHaveLength(2)
    expect(keptBy({ worth: falling(net)[edge.name]!, most: 0 }, wide, seen())).toHaveLength(1)
  })

  it('sampling draws members as often as their weights say, and the same for the same seed', () => {
    const counts = new Map<string, number>()
    const draws = 3000
    for (let seed = 0; seed < draws; seed++) {
      const [first] = keptBy(rule('sampling').rank(edge, seen(seed)), edge, seen(seed))
      counts.set(first!, (counts.get(first!) ?? 0) + 1)
    }
    const total = 1 + 1 / 2 + 1 / 3
    edge.members.forEach(({ name }, i) =>
      expect(Math.abs((counts.get(name) ?? 0) / draws - 1 / (i + 1) / total)).toBeLessThan(0.03),
    )
    const once = () => rule('sampling').rank(edge, seen(7)).worth
    expect(once()).toEqual(once())
  })

  it.each<[string, (names: readonly string[]) => unknown, string]>([
    ['nothing', () => undefined, '{ worth }, a number for each member, got nothing'],
    [
      'bare numbers',
      (names) => Object.fromEntries(names.map((name) => [name, 1])),
      '{ worth }, a number for',
    ],
    ['nobody', () => ({ worth: {} }), 'a number as the worth of skip, got nothing'],
    ['no number', () => ({ worth: { skip: NaN } }), 'a number as the worth of skip, got NaN'],
    ['a text', () => ({ worth: { skip: 'much' } }), 'a number as the worth of skip, got "much"'],
    [
      'no number of members',
      (names) => ({ worth: Object.fromEntries(names.map((name) => [name, 1])), most: NaN }),
      'most, how many may stay, got NaN',
    ],
  ])('that ranks %s is refused', (_, rank, message) => {
    const own = { ...rule('magnitude'), name: 'own' }
    const ranking = { ...own, rank: () => rank(edge.members.map(({ name }) => name)) } as Rule
    expect(() => rankedBy(ranking, edge, seen())).toThrow(
      `rule own: rank of ${edge.name}: expected ${message}`,
    )
  })

  it('that leaves out a group in its order is refused', () => {
    const lazy: Rule = { ...rule('magnitude'), name: 'lazy', order: (groups) => groups.slice(1) }
    const message = `rule lazy: order: expected all groups that it was given, ${net.groups[0]!.name} is missing`
    expect(() => orderedBy(lazy, net.groups)).toThrow(message)
    const options = { threshold: 0.5, random: randomSource(1) }
    expect(() => architectureBy(lazy, net, falling(net), options)).toThrow(message)
  })

  it('of negative worths says the same under a budget: shares in the same order', () => {
    const ranks = (name: string) => ({ worth: { ...falling(net)[name]! } })
    const below = (name: string) =>
      Object.fromEntries(Object.entries(ranks(name).worth).map(([member, worth]) => [member, worth - 3]))
    const own: Rule = { ...rule('magnitude'), name: 'own', rank: ({ name }) => ({ worth: below(name) }) }
    const { draw: _, ...rest } = seen()
    const context = { schedule: { prune: rest }, random: randomSource(1) }
    const pruning = {
      model: { supernet: net, gateValues: () => falling(net) },
      context,
    } as unknown as Pruning
    const worth = worthByGates(pruning, own)[edge.name]!
    // 1, 1/2, 1/3 less 3, and the least of them back at 0: 2/3, 1/6, 0.
    const wanted = [0.8, 0.2, 0]
    edge.members.forEach(({ name }, i) => expect(worth[name]).toBeCloseTo(wanted[i]!, 6))
  })

  it('of one’s own ends a search', async () => {
    // The weakest stay.
    const humble: Rule = {
      ...rule('magnitude'),
      name: 'humble',
      rank: ({ name, members }, { weights }) => ({
        worth: Object.fromEntries(members.map((member) => [member.name, -weights[name]![member.name]!])),
      }),
    }
    const trial = trialOf(imageData(), net, {
      schedule: onePhase([], { prune: { from: 0.9, until: 1, rule: 'humble' } }),
      relaxation: 'softmax',
      search: { epochs: 1, batch: 8, gates: { noise: 0.3 } },
    })
    const { events, model } = await searched({ ...trial, rules: [humble] })
    const [last] = eventsOf(events, 'gates').slice(-1)
    for (const { name, kept } of model.architecture().groups.filter(({ kind }) => kind === 'operations')) {
      const weights = last!.weights[name]!
      const others = Object.keys(weights).filter((member) => member !== kept[0]!.member)
      for (const other of others) expect(weights[kept[0]!.member]!).toBeLessThanOrEqual(weights[other]!)
    }
    model.dispose()
    await expect(searched(trial)).rejects.toThrow('unknown rule: humble')
  })
})
