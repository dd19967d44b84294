import { canPrune } from '../../supernet/prune.js'
import { keepable, others, type GateGroup } from '../../supernet/types.js'
import { memberAblations } from '../removal/ablation.js'
import { measured, type Removal, remove } from '../removal/remove.js'
import type { Pruning } from '../state.js'
import { spared } from './budget.js'
import { passSkipped } from './menu.js'
import type { Due } from './streaks.js'

/**
 * Removes members whose gates are exactly 0. The network's function does not change, so the metric does not
 * jump.
 */
export function removeClosed(pruning: Pruning, closed: Due, step: number): void {
  removeDue(pruning, closed, step, 'zero', (event) => pruning.context.emit(event))
}

/** Removes weak members, which changes the network's function a little. Returns the metric lost. */
export function removeWeak(pruning: Pruning, weak: Due, step: number): number {
  const { model } = pruning
  const values = model.gateValues()
  const some = model.supernet.groups.some((group) => {
    const going = weak.get(group.name)
    return going && staying(group, values[group.name]!, going).length < group.members.length
  })
  return some ? measured(pruning, () => removeDue(pruning, weak, step, 'threshold')) : 0
}

/**
 * Removes due members. If `tell` is given, it is called right after each removal, so that sizes kept before
 * the next removal follow it in the log.
 */
function removeDue(
  pruning: Pruning,
  due: Due,
  step: number,
  by: 'zero' | 'threshold',
  tell?: (event: Removal) => void,
): Removal[] {
  const { model } = pruning
  const values = model.gateValues()
  return [...due].flatMap(([name, going]) => {
    // A removal can remove other groups as well.
    const group = model.supernet.groups.find((g) => g.name === name)
    if (!group) return []
    const kept = spared(pruning, group, staying(group, values[name]!, going), values)
    if (kept.length === group.members.length || !canPrune(model.supernet, name, kept)) return []
    if (by === 'zero') passSkipped(pruning, group, kept, step)
    // A member whose gate is not exactly 0 can be measured now. One at 0 was measured when its gate began to
    // fade.
    const ablated = by === 'zero' ? {} : memberAblations(pruning, group, others(group, kept), step)
    const removal = remove(pruning, group, kept, step, by, ablated)
    tell?.(removal)
    return [removal]
  })
}

/**
 * The members that stay when some are to go, including the strongest of those to go if a legal architecture
 * needs them.
 */
function staying(
  group: GateGroup,
  weights: Readonly<Record<string, number>>,
  going: ReadonlySet<string>,
): string[] {
  const allowed = keepable(group).map(({ name }) => name)
  const missing = group.keep.min - allowed.filter((name) => !going.has(name)).length
  const spared = allowed
    .filter((name) => going.has(name))
    .sort((a, b) => weights[b]! - weights[a]!)
    .slice(0, Math.max(0, missing))
  return group.members.map(({ name }) => name).filter((name) => !going.has(name) || spared.includes(name))
}
