import { architectureCosts, type MemberTimes } from './architecture-cost.js'
import type { CostMetric, Supernet } from './types.js'
import { leastCostly } from './within-budget.js'

/** What a supernet costs as a whole, and the least that a legal architecture of it does. */
export function costRange(
  supernet: Supernet,
  metric: CostMetric,
  times?: MemberTimes,
): { whole: number; least: number } {
  const costs = architectureCosts(supernet, metric, times)
  return { whole: costs({}).cost, least: leastCostly(supernet, costs).cost }
}
