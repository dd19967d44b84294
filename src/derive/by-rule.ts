import type { RandomSource } from '../base/random.js'
import { keptBy, orderedBy, rankedBy } from '../search/decide/rules/kept.js'
import type { Rule, Seen } from '../search/decide/rules/types.js'
import { pruneGroup } from '../supernet/prune.js'
import type { Architecture, GateWeights, Supernet } from '../supernet/types.js'

export interface RuleOptions {
  /** Of `threshold`: the share of its group's mean weight that a member must have. */
  readonly threshold: number
  /** Of `sampling`: who draws. */
  readonly random: RandomSource
}

/** The architecture that a rule reads off gates alone. Members and groups without a weight are gone already. */
export function architectureBy(
  rule: Rule,
  supernet: Supernet,
  weights: GateWeights,
  { threshold, random }: RuleOptions,
): Architecture {
  const draw = (of: string) => random.stream('projection', of)
  const left = orderedBy(rule, supernet.groups).reduce((current, { name }) => {
    const group = current.groups.find((each) => each.name === name)
    const members = group?.members.filter((member) => weights[name]?.[member.name] !== undefined) ?? []
    if (!group || members.length === 0) return current
    const standing = { ...group, members }
    const seen: Seen = { supernet: current, weights, threshold, draw }
    return pruneGroup(current, name, keptBy(rankedBy(rule, standing, seen), standing, seen)).supernet
  }, supernet)
  return architectureOf(supernet, left, weights)
}

/** What is left of a supernet as an architecture, with the weights that its members had. */
function architectureOf(origin: Supernet, left: Supernet, weights: GateWeights): Architecture {
  const { space, options, input, outputs } = origin
  const sizes = new Map(origin.groups.map(({ name, members }) => [name, members.length]))
  const groups = left.groups.map(({ name, layer, kind, members }) => ({
    name,
    layer,
    kind,
    kept: members.map((member) => ({ member: member.name, gate: weights[name]?.[member.name] ?? 0 })),
    of: sizes.get(name)!,
  }))
  return { format: 'sentei-architecture/1', space, options, input, outputs, groups }
}
