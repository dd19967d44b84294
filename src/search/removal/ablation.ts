import type { MemberAblation } from '../../events/types.js'
import { fineMetric, metrics } from '../../objective/metrics.js'
import { meanWeight } from '../../supernet/structure.js'
import { keepable, type GateGroup, type GateWeights } from '../../supernet/types.js'
import { evaluate } from '../../train/evaluate.js'
import type { Pruning } from '../state.js'

/** How much worse a network is without the ablated members; negative if it is better. */
export const hurt = ({ metric, with: present, without }: MemberAblation): number =>
  metrics[metric].higherIsBetter ? present - without : without - present

/**
 * Measures the current supernet on some rows, and again without each of some sets of a group's members, where
 * the others share the weight as they would after a removal. It takes one pass for each set, and one more.
 * Empty without rows.
 */
export function ablate(
  { model, data, context, stepper }: Pruning,
  group: string,
  sets: readonly (readonly string[])[],
  rows: Uint32Array,
  step: number,
): MemberAblation[] {
  if (rows.length === 0 || sets.length === 0) return []
  const { graph, weights } = stepper.network
  // Accuracy only changes in steps, so cross-entropy replaces it.
  const metric = fineMetric(context.metric)
  const present = evaluate(stepper.network, data, rows, metric)!
  return sets.map((members) => {
    const mixture = (name: string) =>
      name === group ? model.mixtureWithout(name, new Set(members)) : model.mixture(name)
    const without = evaluate({ graph, weights, mixture }, data, rows, metric)!
    return { step, metric, with: present, without, ...(members.length > 1 && { jointly: members.length }) }
  })
}

/**
 * Ablations of members of a group, by member, on some validation rows. Operations and inputs are measured one
 * by one; units, which are many and alike, together.
 */
export function memberAblations(
  pruning: Pruning,
  { name, kind }: GateGroup,
  members: readonly string[],
  step: number,
): Record<string, MemberAblation> {
  const { context, data } = pruning
  const rows = someRows(data.splits.validation, context.options.ablationRows)
  const sets = kind === 'units' ? [members] : members.map((member) => [member])
  const ablations = ablate(pruning, name, sets, rows, step)
  return Object.fromEntries(
    ablations.flatMap((ablation, i) => sets[i]!.map((member) => [member, ablation] as const)),
  )
}

/** The share of its group's mean weight below which a member is about to go but still matters. */
const fading = 0.5

/**
 * Measures members that have fallen below half of their group's mean weight for the first time, but not yet
 * to 0: once a gate is 0 there is nothing left to measure.
 */
export function observeFading(pruning: Pruning, weights: GateWeights, step: number): void {
  const { model, progress, context } = pruning
  if (context.options.ablationRows === 0) return
  for (const group of model.supernet.groups) {
    const { name, members, keep } = group
    if (members.length <= keep.min) continue
    const values = weights[name]!
    const limit = fading * meanWeight(values)
    const seen = progress.ablations[name] ?? {}
    const fadingMembers = members
      .map((member) => member.name)
      .filter((member) => values[member]! > 0 && values[member]! < limit && !(member in seen))
    if (fadingMembers.length === 0) continue
    progress.ablations[name] = { ...seen, ...memberAblations(pruning, group, fadingMembers, step) }
  }
}

/** At most `count` rows, evenly spread over all. */
export function someRows(rows: Uint32Array, count: number): Uint32Array {
  if (rows.length <= count) return rows
  return Uint32Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)]!)
}

/**
 * Ablations of members that may be kept, one by one, on all rows that train gates if there are any, else on
 * validation rows.
 */
export function perturbations(
  pruning: Pruning,
  group: GateGroup,
  members: readonly string[],
  step: number,
): Record<string, MemberAblation> {
  const { arch, validation } = pruning.data.splits
  const allowed = keepable(group).flatMap(({ name }) => (members.includes(name) ? [name] : []))
  const sets = allowed.map((member) => [member])
  const ablations = ablate(pruning, group.name, sets, arch.length > 0 ? arch : validation, step)
  return Object.fromEntries(ablations.map((each, i) => [allowed[i]!, each]))
}
