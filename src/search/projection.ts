import { inputsFirst, strongest } from '../supernet/prune.js'
import { keepable, type GateGroup } from '../supernet/types.js'
import { ablate, ablationsOf, hurt } from './ablation.js'
import type { Ablation } from './events.js'
import { measured, others, remove, type Pruning, type Removal } from './pruning.js'

/** Makes the supernet legal by the schedule's rule. Returns the metric lost (negative where it got better). */
export function projectToLegal(pruning: Pruning, step: number): number {
  const { rule } = pruning.context.schedule.prune
  return measured(pruning, () =>
    rule === 'magnitude' ? projectByMagnitude(pruning, step) : projectByPerturbation(pruning, step),
  )
}

const isOpen = ({ members, keep }: GateGroup): boolean => members.length > keep.max

/**
 * In each group with too many members the ones with the largest gates stay. Inputs are decided before
 * operations, so that an edge's operations are not weighed in vain.
 */
function projectByMagnitude(pruning: Pruning, step: number): Removal[] {
  const { model } = pruning
  const values = model.gateValues()
  return inputsFirst(model.supernet.groups).flatMap(({ name }) => {
    const group = model.supernet.groups.find((g) => g.name === name)
    if (!group || !isOpen(group)) return []
    const kept = strongest(model.supernet, group, values[name]!)
    const ablated = ablationsOf(pruning, group, others(group, kept), step)
    return [remove(pruning, group, kept, step, 'projection', ablated)]
  })
}

/**
 * One group after another keeps the members whose removal hurts most (Wang et al., arXiv:2108.04392, without
 * tuning in between): operations first, then inputs, as published. It is measured on the rows that train gates,
 * where there are some, else on validation.
 */
function projectByPerturbation(pruning: Pruning, step: number): Removal[] {
  const { model, data } = pruning
  const rows = data.splits.arch.length > 0 ? data.splits.arch : data.splits.validation
  return inOrder(pruning).flatMap(({ name }) => {
    const group = model.supernet.groups.find((g) => g.name === name)
    if (!group || !isOpen(group)) return []
    const names = keepable(group).map((member) => member.name)
    const found = ablate(
      pruning,
      name,
      names.map((member) => [member]),
      rows,
      step,
    )
    const ablated: Record<string, Ablation> = Object.fromEntries(found.map((each, i) => [names[i]!, each]))
    const importance = Object.fromEntries(names.map((member) => [member, hurtOf(ablated[member])]))
    const kept = strongest(model.supernet, group, importance)
    return [remove(pruning, group, kept, step, 'perturbation', ablated)]
  })
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
