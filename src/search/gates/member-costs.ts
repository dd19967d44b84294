import { costTree } from '../../supernet/member-cost.js'
import type { GateGroup, MemberMetric, Supernet, Latency } from '../../supernet/types.js'

/** The cost of a member by itself. */
export type MemberCostOf = (group: GateGroup, member: string) => number

/** The costs of a supernet's members in a metric. */
export function memberCosts(
  supernet: Supernet,
  metric: MemberMetric,
  latency: Latency | undefined,
): MemberCostOf {
  if (metric !== 'latency') return ({ name }, member) => costTree(supernet).of(name, member)[metric]
  if (!latency) throw new Error('latency is asked for, but no table was given')
  return latency
}

/** The cost of all members together. Weights between units that read each other are counted twice. */
export const sumOfMembers = ({ groups }: Supernet, costOf: MemberCostOf): number =>
  groups.reduce(
    (sum, group) => group.members.reduce((total, { name }) => total + costOf(group, name), sum),
    0,
  )

/** The average cost of a member, or 1 if no member costs anything. */
export function averageMember(
  supernet: Supernet,
  metric: MemberMetric,
  latency: Latency | undefined,
): number {
  const known = averages.get(supernet) ?? new Map<MemberMetric, number>()
  averages.set(supernet, known)
  const average = known.get(metric) ?? averageOf(supernet, memberCosts(supernet, metric, latency))
  known.set(metric, average)
  return average
}

const averages = new WeakMap<Supernet, Map<MemberMetric, number>>()

function averageOf(supernet: Supernet, costOf: MemberCostOf): number {
  const members = supernet.groups.reduce((sum, group) => sum + group.members.length, 0)
  return sumOfMembers(supernet, costOf) / Math.max(1, members) || 1
}
