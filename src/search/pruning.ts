import type { PreparedData } from '../data/types.js'
import { metrics } from '../objective/metrics.js'
import type { Schedule } from '../schedule/types.js'
import type { SupernetModel } from '../supernet/model.js'
import { canPrune } from '../supernet/prune.js'
import { keepable, others, type GateGroup } from '../supernet/types.js'
import { ablationsOf } from './ablation.js'
import type { Progress } from './checkpoint.js'
import type { Event } from './events.js'
import { evaluate } from './evaluate.js'
import { spared } from './budget.js'
import { evidenceOf, lambdaInForce, type Ablated } from './evidence.js'
import { passSkipped } from './menu.js'
import type { SearchContext } from './search.js'
import type { Stepper } from './stepper.js'
import type { Due } from './streaks.js'

/** What removals act on, and what they tell. */
export interface Pruning {
  readonly model: SupernetModel
  readonly data: PreparedData
  readonly context: SearchContext
  readonly stepper: Stepper
  readonly progress: Progress
  /** The λ that was used so far. */
  readonly used: Schedule
}

export type Removal = Extract<Event, { type: 'removal' }>

/** Removes members whose gates are exactly 0. The function does not change, so the metric does not jump. */
export function removeClosed(pruning: Pruning, closed: Due, step: number): void {
  removeDue(pruning, closed, step, 'zero', (event) => pruning.context.emit(event))
}

/** Removes weak members. The function changes a little; returns the metric lost. */
export function removeWeak(pruning: Pruning, weak: Due, step: number): number {
  const { model } = pruning
  const values = model.gateValues()
  const some = model.supernet.groups.some((group) => {
    const going = weak.get(group.name)
    return going && staying(group, values[group.name]!, going).length < group.members.length
  })
  return some ? measured(pruning, () => removeDue(pruning, weak, step, 'threshold')) : 0
}

/** Tells each removal behind it, where `tell` is given: what is kept before the next one stands behind it in the log. */
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
    // A removal can take other groups along.
    const group = model.supernet.groups.find((g) => g.name === name)
    if (!group) return []
    const kept = spared(pruning, group, staying(group, values[name]!, going), values)
    if (kept.length === group.members.length || !canPrune(model.supernet, name, kept)) return []
    if (by === 'zero') passSkipped(pruning, group, kept, step)
    // Without an exact 0 it can be measured now; with one it was when the gate began to fade.
    const ablated = by === 'zero' ? {} : ablationsOf(pruning, group, others(group, kept), step)
    const removal = remove(pruning, group, kept, step, by, ablated)
    tell?.(removal)
    return [removal]
  })
}

/** The members that stay when some are to go: with the strongest of these where a legal architecture needs them. */
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

/** Measures the metric before and after some removals, tells both with each, and returns what was lost. */
export function measured({ stepper, data, context }: Pruning, work: () => readonly Removal[]): number {
  const measure = () => evaluate(stepper.network, data, data.splits.validation, context.metric)
  const before = measure()
  const removals = work()
  const after = measure()
  for (const event of removals) context.emit({ ...event, before, after })
  if (before === null || after === null) return 0
  return metrics[context.metric].higherIsBetter ? before - after : after - before
}

/** Removes all members of a group but those to keep; returns the event that tells it. */
export function remove(
  pruning: Pruning,
  group: GateGroup,
  kept: readonly string[],
  step: number,
  by: Removal['by'],
  ablated: Ablated = {},
): Removal {
  const { model, stepper } = pruning
  const members = others(group, kept)
  const evidence = evidenceOf(pruning, group, members, step, ablated)
  const lambda = lambdaInForce(pruning, group, members, step)
  const standing = model.supernet.groups.map(({ name }) => name)
  stepper.prune(group.name, kept)
  const left = new Set(model.supernet.groups.map(({ name }) => name))
  const took = standing.filter((name) => name !== group.name && !left.has(name))
  return {
    type: 'removal',
    step,
    layer: group.layer,
    group: group.name,
    members,
    lambda,
    by,
    before: null,
    after: null,
    evidence,
    ...(took.length > 0 && { took }),
  }
}
