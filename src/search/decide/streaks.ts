import type { PruneRules } from '../../schedule/types.js'
import { meanWeight } from '../../supernet/structure.js'
import type { GateGroup, GateWeights } from '../../supernet/types.js'
import type { Streaks, MemberCounts } from '../state.js'

/** Members that the rules allow to remove now, by group. Groups without any are left out. */
export type Due = ReadonlyMap<string, ReadonlySet<string>>

/** Counts an inspection of the gates, and returns the members that have been exactly 0 for long enough. */
export function closedMembers(
  streaks: Streaks,
  groups: readonly GateGroup[],
  weights: GateWeights,
  { looks }: PruneRules,
): Due {
  return count(streaks.zero, groups, weights, looks, (weight) => weight === 0)
}

/**
 * Counts an evaluation, and returns the members that have been weak for long enough: below `threshold` times
 * the mean weight of their group's remaining members.
 */
export function weakMembers(
  streaks: Streaks,
  groups: readonly GateGroup[],
  weights: GateWeights,
  { threshold, patience }: PruneRules,
): Due {
  return count(streaks.weak, groups, weights, patience, (weight, mean) => weight < threshold * mean)
}

function count(
  counts: MemberCounts,
  groups: readonly GateGroup[],
  weights: GateWeights,
  least: number,
  holds: (weight: number, mean: number) => boolean,
): Due {
  const due = new Map<string, ReadonlySet<string>>()
  const before = { ...counts }
  for (const name of Object.keys(counts)) delete counts[name]
  for (const { name, members } of groups) {
    const values = weights[name]!
    const mean = meanWeight(values)
    const long = new Set<string>()
    for (const { name: member } of members) {
      if (!holds(values[member]!, mean)) continue
      const times = (before[name]?.[member] ?? 0) + 1
      counts[name] = { ...counts[name], [member]: times }
      if (times >= least) long.add(member)
    }
    if (long.size > 0) due.set(name, long)
  }
  return due
}
