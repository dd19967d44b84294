import type { Ablation } from '../../events/types.js'
import type { Budget } from '../../schedule/types.js'
import { edgeStrengths } from '../../supernet/edge-strengths.js'
import type { Worth } from '../../supernet/moves.js'
import { inputsFirst, strongest } from '../../supernet/prune.js'
import { keepable, others, type GateGroup } from '../../supernet/types.js'
import { withinBudget } from '../../supernet/within-budget.js'
import { ablate, ablationsOf, hurt } from '../removal/ablation.js'
import type { Ablated } from '../removal/evidence.js'
import { measured, remove, type Removal } from '../removal/remove.js'
import type { Pruning } from '../state.js'
import { costsOf, shares, worthByGates } from './budget.js'

/**
 * Makes the supernet a legal architecture by the schedule's rule, and within its budget. Returns the metric lost
 * (negative where it got better).
 */
export function projectToLegal(pruning: Pruning, step: number): number {
  const { prune, budget } = pruning.context.schedule
  const { rule } = prune
  return measured(pruning, () => {
    if (budget) return projectToBudget(pruning, budget, step)
    return rule === 'perturbation'
      ? projectByPerturbation(pruning, step)
      : projectByGates(pruning, rule, step)
  })
}

const isOpen = ({ members, keep }: GateGroup): boolean => members.length > keep.max

/**
 * In each group with too many members the ones with the largest gates stay; under `top-2` an input counts as much as
 * its strongest operation. Inputs are decided before operations, so that an edge's operations are not weighed in vain.
 */
function projectByGates(pruning: Pruning, rule: 'magnitude' | 'top-2', step: number): Removal[] {
  const { model } = pruning
  const values = model.gateValues()
  return inputsFirst(model.supernet.groups).flatMap(({ name }) => {
    const group = model.supernet.groups.find((g) => g.name === name)
    if (!group || !isOpen(group)) return []
    const importance = rule === 'top-2' ? edgeStrengths(model.supernet, group, values) : values[name]!
    const kept = strongest(model.supernet, group, importance)
    const ablated = ablationsOf(pruning, group, others(group, kept), step)
    return [remove(pruning, group, kept, step, 'projection', ablated)]
  })
}

/**
 * All groups together keep what is wanted most within the budget (`withinBudget`). Wanted is by gates, or by what
 * removals hurt: then every member is measured on the supernet as it stands.
 */
function projectToBudget(pruning: Pruning, budget: Budget, step: number): Removal[] {
  const { model, context } = pruning
  const { supernet } = model
  const { rule } = context.schedule.prune
  const measurements = rule === 'perturbation' ? hurtByGroup(pruning, step) : undefined
  const worth =
    measurements?.worth ?? worthByGates(supernet, model.gateValues(), rule as 'magnitude' | 'top-2')
  const found = withinBudget(supernet, costsOf(pruning, budget), worth, budget.limit)
  if (!found) throw new Error(`${budget.metric}: nothing that is left costs at most ${budget.limit}`)
  return inputsFirst(supernet.groups).flatMap(({ name }) => {
    const group = model.supernet.groups.find((g) => g.name === name)
    const kept = found.choices[name]!
    if (!group || kept.length === group.members.length) return []
    const going = others(group, kept)
    const ablated = measurements?.ablated[name] ?? ablationsOf(pruning, group, going, step)
    return [remove(pruning, group, kept, step, measurements ? 'perturbation' : 'projection', ablated)]
  })
}

/** What removals hurt, as shares of the group; what does not hurt counts nothing. Units, which are many, count by gates. */
function hurtByGroup(pruning: Pruning, step: number): { worth: Worth; ablated: Record<string, Ablated> } {
  const { supernet } = pruning.model
  const measure = supernet.groups.filter(
    ({ kind, members, keep }) => kind !== 'units' && members.length > keep.min,
  )
  const ablated = Object.fromEntries(
    measure.map((group) => [group.name, perturbations(pruning, group, others(group, []), step)]),
  )
  const hurts = Object.entries(ablated).map(([name, found]) => {
    const values = Object.entries(found).map(([member, each]) => [member, Math.max(0, hurtOf(each))])
    return [name, shares(Object.fromEntries(values) as Record<string, number>)] as const
  })
  const byGates = worthByGates(supernet, pruning.model.gateValues(), 'magnitude')
  return { worth: { ...byGates, ...Object.fromEntries(hurts) }, ablated }
}

/**
 * One group after another keeps the members whose removal hurts most (Wang et al., arXiv:2108.04392, without
 * tuning in between): operations first, then inputs, as published.
 */
function projectByPerturbation(pruning: Pruning, step: number): Removal[] {
  const { model } = pruning
  return inOrder(pruning).flatMap(({ name }) => {
    const group = model.supernet.groups.find((g) => g.name === name)
    if (!group || !isOpen(group)) return []
    const names = keepable(group).map((member) => member.name)
    const ablated = perturbations(pruning, group, names, step)
    const importance = Object.fromEntries(names.map((member) => [member, hurtOf(ablated[member])]))
    const kept = strongest(model.supernet, group, importance)
    return [remove(pruning, group, kept, step, 'perturbation', ablated)]
  })
}

/**
 * Ablations of members that may be kept, one by one, on all rows that train gates, where there are some, else on
 * validation.
 */
export function perturbations(
  pruning: Pruning,
  group: GateGroup,
  members: readonly string[],
  step: number,
): Record<string, Ablation> {
  const { arch, validation } = pruning.data.splits
  const allowed = keepable(group).flatMap(({ name }) => (members.includes(name) ? [name] : []))
  const sets = allowed.map((member) => [member])
  const found = ablate(pruning, group.name, sets, arch.length > 0 ? arch : validation, step)
  return Object.fromEntries(found.map((each, i) => [allowed[i]!, each]))
}

/** What is not a number hurts more than anything. */
function hurtOf(ablation: Ablation | undefined): number {
  const value = ablation ? hurt(ablation) : 0
  return Number.isNaN(value) ? Number.MAX_VALUE : value
}

function inOrder({ model, context }: Pruning): readonly GateGroup[] {
  const { groups } = model.supernet
  const { order } = context.schedule.prune
  const drawn =
    order === 'random'
      ? [...context.random.stream('perturbation').permutation(groups.length)].map((i) => groups[i]!)
      : groups
  const isInputs = ({ kind }: GateGroup) => kind === 'inputs'
  return [...drawn.filter((group) => !isInputs(group)), ...drawn.filter(isInputs)]
}
