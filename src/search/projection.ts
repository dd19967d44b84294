import { edgeStrengths } from '../supernet/edge-strengths.js'
import { inputsFirst, strongest } from '../supernet/prune.js'
import { keepable, type GateGroup } from '../supernet/types.js'
import { ablate, ablationsOf, hurt } from './ablation.js'
import type { Ablation } from './events.js'
import { measured, others, remove, type Pruning, type Removal } from './pruning.js'

/** Makes the supernet legal by the schedule's rule. Returns the metric lost (negative where it got better). */
export function projectToLegal(pruning: Pruning, step: number): number {
  const { rule } = pruning.context.schedule.prune
  return measured(pruning, () =>
    rule === 'perturbation' ? projectByPerturbation(pruning, step) : projectByGates(pruning, rule, step),
  )
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
  return Number.isNaN(value) ? Infinity : value
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
