import type { Budget } from '../../schedule/types.js'
import { architectureCosts, type Costs } from '../../supernet/architecture-cost.js'
import type { Worth } from '../../supernet/moves.js'
import { illegality } from '../../supernet/prune.js'
import { keepable, type GateGroup, type Supernet, type GateWeights } from '../../supernet/types.js'
import { leastCostly, mostWanted, type CostedChoices } from '../../supernet/within-budget.js'
import type { Pruning } from '../state.js'
import { weighingRule } from './rules/index.js'
import { rankedBy } from './rules/kept.js'
import type { Rule, Seen } from './rules/types.js'

/**
 * What is known of the current supernet: how to count its architectures, what it costs, and its least costly
 * architecture.
 */
interface Counted {
  readonly supernet: Supernet
  readonly costs: Costs
  readonly spent: number
  /** Computed at the first call, because it takes many counts. */
  readonly least: () => CostedChoices
}

const known = new WeakMap<Pruning['context'], Counted>()

/** Computes the counts once for each pruning of the supernet. */
function counted({ model, context }: Pruning, { metric }: Budget): Counted {
  const { supernet } = model
  const last = known.get(context)
  if (last?.supernet === supernet) return last
  const costs = architectureCosts(supernet, metric, context.latency)
  let least: CostedChoices | undefined
  const counts = {
    supernet,
    costs,
    spent: costs({}).cost,
    least: () => (least ??= leastCostly(supernet, costs)),
  }
  known.set(context, counts)
  return counts
}

/** Counts the cost of choices of the current supernet in the budget's metric. */
export const costsOf = (pruning: Pruning, budget: Budget): Costs => counted(pruning, budget).costs

/**
 * Whether the projection has something to do: the supernet is not a legal architecture yet, or costs too
 * much.
 */
export function isUnsettled(pruning: Pruning): boolean {
  const { budget } = pruning.context.schedule
  return (
    illegality(pruning.model.supernet) !== undefined ||
    (budget !== undefined && counted(pruning, budget).spent > budget.limit)
  )
}

/**
 * How much members are wanted according to their gates, by a rule that does not measure, as shares of their
 * groups.
 */
export function worthByGates({ model, context }: Pruning, rule: Rule, weights = model.gateValues()): Worth {
  const { supernet } = model
  const seen: Seen = {
    supernet,
    weights,
    threshold: context.schedule.prune.threshold,
    draw: (of) => context.random.stream('projection', of),
  }
  return Object.fromEntries(
    supernet.groups.map((group) => [group.name, shares(aboveZero(rankedBy(rule, group, seen).worth))]),
  )
}

/** Shifts worths so that the smallest negative one becomes 0. Their shares then have the same order. */
function aboveZero(worth: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const least = Object.values(worth).reduce((a, b) => Math.min(a, b), 0)
  if (least === 0) return worth
  return Object.fromEntries(Object.entries(worth).map(([name, value]) => [name, value - least]))
}

/** Numbers divided by their sum; all 0 if the sum is 0. */
export function shares(values: Readonly<Record<string, number>>): Record<string, number> {
  const sum = Object.values(values).reduce((a, b) => a + b, 0)
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, sum > 0 ? value / sum : 0]))
}

/**
 * Decides which members a due removal may take under the budget; returns the members that stay. It spares
 * members without which the budget could no longer be met, and members whose removal would bring the
 * architecture that the gates want further down than the budget requires. With a menu, the next of its sizes
 * counts as the budget. Under a tolerance the search looks for the smallest architecture, so only members
 * that the budget needs are spared.
 */
export function spared(
  pruning: Pruning,
  group: GateGroup,
  kept: readonly string[],
  values: GateWeights,
): readonly string[] {
  const { budget } = pruning.context.schedule
  if (!budget || kept.length === group.members.length) return kept
  const { supernet } = pruning.model
  const { costs, least } = counted(pruning, budget)
  // Units cost the same, so the fewest of them are affordable whichever ones stay.
  const needed = group.kind === 'units' ? [] : least().choices[group.name]!
  const affordable = (names: readonly string[]) =>
    needed.every((name) => names.includes(name)) ||
    leastCostly(narrowed(supernet, group, names), costs).cost <= budget.limit
  const worth = worthByGates(pruning, weighingRule(pruning.context), values)
  const wanted = (names: readonly string[]) => mostWanted(narrowed(supernet, group, names), costs, worth).cost
  const staying = affordable(kept) ? [...kept] : [...new Set([...kept, ...needed])]
  const limit = budget.menu?.[pruning.progress.menu.length]?.limit ?? budget.limit
  const enough = budget.tolerance === undefined ? Math.min(limit, mostWanted(supernet, costs, worth).cost) : 0
  const going = keepable(group)
    .map(({ name }) => name)
    .filter((name) => !staying.includes(name))
    .sort((a, b) => values[group.name]![b]! - values[group.name]![a]!)
  while (wanted(staying) < enough && going.length > 0) staying.push(going.shift()!)
  return group.members.flatMap(({ name }) => (staying.includes(name) ? [name] : []))
}

/** The supernet as if a group had only some of its members. Its graph does not change. */
const narrowed = (supernet: Supernet, { name }: GateGroup, kept: readonly string[]): Supernet => ({
  ...supernet,
  groups: supernet.groups.map((group) =>
    group.name === name ? { ...group, members: group.members.filter((m) => kept.includes(m.name)) } : group,
  ),
})
