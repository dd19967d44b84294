import { edgeStrengths } from '../supernet/edge-strengths.js'
import { inputsFirst, pruneGroup, strongest } from '../supernet/prune.js'
import {
  type GateWeights,
  keepable,
  type Architecture,
  type GateGroup,
  type Supernet,
} from '../supernet/types.js'

/** The classic rules that need gates alone. */
export const gateRules = ['magnitude', 'top-2', 'threshold'] as const
export type GateRule = (typeof gateRules)[number]

export interface RuleOptions {
  /** Of `threshold`: the share of its group's mean weight that a member must have. */
  readonly threshold: number
}

/**
 * The architecture that a rule reads off gates. Members and groups without a weight are gone already.
 *
 * - `magnitude`: the largest gates of each group, as many as may stay.
 * - `top-2`: each edge its strongest operation but `none`, each node the edges whose strongest operations are strongest,
 *   as many as may stay: two in DARTS (arXiv:1806.09055, §2.4).
 * - `threshold`: all members with at least so much of their group's mean weight, within what is legal.
 */
export function architectureBy(
  rule: GateRule,
  supernet: Supernet,
  weights: GateWeights,
  options: RuleOptions,
): Architecture {
  const left = inputsFirst(supernet.groups).reduce((current, { name }) => {
    const group = current.groups.find((each) => each.name === name)
    const members = group?.members.filter((member) => weights[name]?.[member.name] !== undefined) ?? []
    if (!group || members.length === 0) return current
    const kept = chosen(rule, current, { ...group, members }, weights, options)
    return pruneGroup(current, name, kept).supernet
  }, supernet)
  return architectureOf(supernet, left, weights)
}

function chosen(
  rule: GateRule,
  supernet: Supernet,
  group: GateGroup,
  weights: GateWeights,
  { threshold }: RuleOptions,
): string[] {
  const own = weights[group.name]!
  if (rule === 'top-2') return strongest(supernet, group, edgeStrengths(supernet, group, weights))
  if (rule === 'magnitude' && group.kind !== 'units') return strongest(supernet, group, own)
  const mean = group.members.reduce((sum, { name }) => sum + own[name]!, 0) / group.members.length
  const least = rule === 'threshold' ? threshold * mean : Number.MIN_VALUE
  const above = keepable(group).filter(({ name }) => own[name]! >= least).length
  const count = Math.max(group.keep.min, Math.min(group.keep.max, above))
  return strongest(supernet, { ...group, keep: { ...group.keep, max: count } }, own)
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
