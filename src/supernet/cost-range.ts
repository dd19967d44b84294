import { architectureCosts } from './architecture-cost.js'
import { choose } from './prune.js'
import type { MemberWeight } from './tally.js'
import type { CostMetric, Supernet } from './types.js'
import { leastCostly } from './within-budget.js'

/** The cost of a supernet as a whole, and of its least costly legal architecture. */
export function costRange(
  supernet: Supernet,
  metric: CostMetric,
  times?: MemberWeight,
): { whole: number; least: number } {
  const costs = architectureCosts(supernet, metric, times)
  return { whole: costs({}).cost, least: leastCostly(supernet, costs).cost }
}

/** The least costly legal architecture, as a pruned supernet. */
export function smallest(
  supernet: Supernet,
  metric: Exclude<CostMetric, 'latency'> = 'parameters',
): Supernet {
  const { choices, standing } = leastCostly(supernet, architectureCosts(supernet, metric))
  return choose(supernet, Object.fromEntries([...standing].map((name) => [name, choices[name]!]))).supernet
}

/** Parameters that no legal pruning can remove. */
export const unprunableParameters = (supernet: Supernet): number => costRange(supernet, 'parameters').least
