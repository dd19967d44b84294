import type { Event } from '../../events/types.js'
import { metrics } from '../../objective/metrics.js'
import { type GateGroup, others } from '../../supernet/types.js'
import { evaluate } from '../../train/evaluate.js'
import type { Pruning } from '../state.js'
import { type Ablated, evidenceOf, lambdaInForce } from './evidence.js'

export type Removal = Extract<Event, { type: 'removal' }>

/**
 * Measures the metric before and after some removals, emits both with each removal, and returns what was
 * lost.
 */
export function measured({ stepper, data, context }: Pruning, work: () => readonly Removal[]): number {
  const measure = () => evaluate(stepper.network, data, data.splits.validation, context.metric)
  const before = measure()
  const removals = work()
  const after = measure()
  for (const event of removals) context.emit({ ...event, before, after })
  if (before === null || after === null) return 0
  const lost = metrics[context.metric].higherIsBetter ? before - after : after - before
  // A metric may be undefined on the rows, as of a class that is absent.
  return Number.isNaN(lost) ? 0 : lost
}

/** Removes all members of a group but those to keep. Returns the event that reports it. */
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
