import { expected, InputError } from '../base/errors.js'
import { randomSource, type RandomSource } from '../base/random.js'
import { rules } from '../search/decide/rules/index.js'
import { keptBy, orderedBy, rankedBy } from '../search/decide/rules/kept.js'
import type { Rule, Seen } from '../search/decide/rules/types.js'
import { pruneGroup } from '../supernet/prune.js'
import type { Architecture, GateWeights, Supernet } from '../supernet/types.js'
import { architectureOf } from './architecture-of.js'

export interface RuleOptions {
  /** For `threshold`: the share of its group's mean weight that a member must have; 0.5 by default. */
  readonly threshold?: number
  /** For `sampling`: the source of random numbers; `randomSource(0)` by default. */
  readonly random?: RandomSource
}

/**
 * Returns the architecture that a rule derives from mixture weights. The rule is one of the registry or your
 * own. The weights are those of a `gates` event, or those with which `searchSupernet` ended. Members and
 * groups without a weight were already removed. Throws an InputError for an unknown rule, and for one that
 * measures the network (`perturbation`).
 */
export function architectureBy(
  given: string | Rule,
  supernet: Supernet,
  weights: GateWeights,
  { threshold = 0.5, random = randomSource(0) }: RuleOptions = {},
): Architecture {
  const rule = readingRule(given)
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

/** The rule with a given name, or the given rule. Throws if it measures the network. */
function readingRule(given: string | Rule): Rule {
  const reading = rules.filter(({ measures }) => !measures).map(({ name }) => name)
  const rule = typeof given === 'string' ? rules.find(({ name }) => name === given) : given
  if (!rule) throw expected('rule', `one of ${reading.join(', ')}`, given)
  if (rule.measures)
    throw new InputError(
      `rule: ${rule.name} measures the network with and without each member; set it as schedule.prune.rule, or take one of ${reading.join(', ')}`,
    )
  return rule
}
