import type { Budget } from '../../schedule/types.js'
import type { Worth } from '../../supernet/moves.js'
import { inputsFirst } from '../../supernet/prune.js'
import { others, type GateGroup } from '../../supernet/types.js'
import { withinBudget } from '../../supernet/within-budget.js'
import { memberAblations, perturbations } from '../removal/ablation.js'
import type { Ablated } from '../removal/evidence.js'
import { measured, remove, type Removal } from '../removal/remove.js'
import type { Pruning } from '../state.js'
import { costsOf, shares, worthByGates } from './budget.js'
import { ruleOf } from './rules/index.js'
import { keptBy, orderedBy, rankedBy } from './rules/kept.js'
import { magnitude } from './rules/magnitude.js'
import { hurtOf } from './rules/perturbation.js'
import type { Rule, Seen } from './rules/types.js'

/**
 * Makes the supernet a legal architecture by the schedule's rule, within its budget. Returns the metric lost
 * (negative if it got better).
 */
export function projectToLegal(pruning: Pruning, step: number): number {
  const { context } = pruning
  const { budget } = context.schedule
  const rule = ruleOf(context)
  return measured(pruning, () =>
    budget ? projectToBudget(pruning, rule, budget, step) : projectByRule(pruning, rule, step),
  )
}

const isOpen = ({ members, keep }: GateGroup): boolean => members.length > keep.max

/** Decides the groups one after another: in each with too many members, those stay that the rule selects. */
function projectByRule(pruning: Pruning, rule: Rule, step: number): Removal[] {
  const { model, context } = pruning
  const weights = model.gateValues()
  return orderedBy(rule, inOrder(pruning, rule)).flatMap(({ name }) => {
    const { supernet } = model
    const group = supernet.groups.find((g) => g.name === name)
    if (!group || !isOpen(group)) return []
    const seen: Seen = {
      supernet,
      weights,
      threshold: context.schedule.prune.threshold,
      draw: (of) => context.random.stream('projection', of),
      measure: (of, members) => perturbations(pruning, of, members, step),
    }
    const ranked = rankedBy(rule, group, seen)
    const kept = keptBy(ranked, group, seen)
    const ablated = ranked.ablated ?? memberAblations(pruning, group, others(group, kept), step)
    return [remove(pruning, group, kept, step, rule.by, ablated)]
  })
}

/** The order in which groups are decided. Rules that measure can find different results in another order. */
function inOrder({ model, context }: Pruning, rule: Rule): readonly GateGroup[] {
  const { groups } = model.supernet
  if (!rule.measures || context.schedule.prune.order !== 'random') return groups
  return [...context.random.stream('perturbation').permutation(groups.length)].map((i) => groups[i]!)
}

/**
 * Keeps, over all groups together, what is wanted most within the budget (`withinBudget`). Worth comes from
 * gates or, if the rule measures, from how much removals hurt; then every member is measured on the current
 * supernet.
 */
function projectToBudget(pruning: Pruning, rule: Rule, budget: Budget, step: number): Removal[] {
  const { model } = pruning
  const { supernet } = model
  const measurements = rule.measures ? hurtByGroup(pruning, step) : undefined
  const worth = measurements?.worth ?? worthByGates(pruning, rule)
  const architecture = withinBudget(supernet, costsOf(pruning, budget), worth, budget.limit)
  if (!architecture) throw new Error(`${budget.metric}: nothing that is left costs at most ${budget.limit}`)
  return inputsFirst(supernet.groups).flatMap(({ name }) => {
    const group = model.supernet.groups.find((g) => g.name === name)
    const kept = architecture.choices[name]!
    if (!group || kept.length === group.members.length) return []
    const going = others(group, kept)
    const ablated = measurements?.ablated[name] ?? memberAblations(pruning, group, going, step)
    return [remove(pruning, group, kept, step, rule.by, ablated)]
  })
}

/**
 * How much removals hurt, as shares of the group; removals that do not hurt count as 0. Units, which are
 * many, count by their gates.
 */
function hurtByGroup(pruning: Pruning, step: number): { worth: Worth; ablated: Record<string, Ablated> } {
  const { supernet } = pruning.model
  const measure = supernet.groups.filter(
    ({ kind, members, keep }) => kind !== 'units' && members.length > keep.min,
  )
  const ablated = Object.fromEntries(
    measure.map((group) => [group.name, perturbations(pruning, group, others(group, []), step)]),
  )
  const hurts = Object.entries(ablated).map(([name, ablations]) => {
    const values = Object.entries(ablations).map(([member, each]) => [member, Math.max(0, hurtOf(each))])
    return [name, shares(Object.fromEntries(values) as Record<string, number>)] as const
  })
  const byGates = worthByGates(pruning, magnitude)
  return { worth: { ...byGates, ...Object.fromEntries(hurts) }, ablated }
}
