import type { PreparedData } from '../data/types.js'
import { metrics } from '../objective/metrics.js'
import { lambdasAt } from '../schedule/table.js'
import type { SupernetModel } from '../supernet/model.js'
import { canPrune, inputsFirst } from '../supernet/prune.js'
import { keepable, type GateGroup } from '../supernet/types.js'
import type { Event } from './events.js'
import { evaluate } from './evaluate.js'
import type { SearchContext } from './search.js'
import type { Stepper } from './stepper.js'

/**
 * Removes every member whose gate is exactly 0, physically. The function does not change, so the metric
 * does not jump.
 */
export function removeClosed(
  model: SupernetModel,
  context: SearchContext,
  stepper: Stepper,
  step: number,
): void {
  if (model.relaxation.step !== 'proximal') return
  const values = model.gateValues()
  for (const { name } of model.supernet.groups) {
    // A removal can take other groups along.
    const group = model.supernet.groups.find((g) => g.name === name)
    if (!group) continue
    const open = group.members.filter((member) => values[name]![member.name]! > 0)
    if (open.length === group.members.length) continue
    if (keepable({ ...group, members: open }).length < group.keep.min) continue
    const kept = open.map((member) => member.name)
    if (!canPrune(model.supernet, name, kept)) continue
    context.emit(removal(group, kept, context, step, 'zero'))
    stepper.prune(name, kept)
  }
}

/**
 * Makes the supernet legal: in each group with too many members the ones with the largest gates stay.
 * Inputs are decided before operations, so that an edge's operations are not weighed in vain. Returns the
 * metric lost (negative where it got better).
 */
export function projectToLegal(
  model: SupernetModel,
  data: PreparedData,
  context: SearchContext,
  stepper: Stepper,
  step: number,
): number {
  const measure = () => evaluate(stepper.network, data, data.splits.validation, context.metric)
  const before = measure()
  const values = model.gateValues()
  const removals: Extract<Event, { type: 'removal' }>[] = []
  for (const { name } of inputsFirst(model.supernet.groups)) {
    const group = model.supernet.groups.find((g) => g.name === name)
    if (!group || group.members.length <= group.keep.max) continue
    const best = strongest(model, group, values[name]!)
    removals.push(removal(group, best, context, step, 'projection'))
    stepper.prune(name, best)
  }
  const after = measure()
  for (const event of removals) context.emit({ ...event, before, after })
  if (before === null || after === null) return 0
  return metrics[context.metric].higherIsBetter ? before - after : after - before
}

/** The members with the largest gates, as many as a legal architecture keeps; one that carries, where it must. */
function strongest(
  { supernet }: SupernetModel,
  group: GateGroup,
  gates: Readonly<Record<string, number>>,
): string[] {
  const ranked = keepable(group)
    .map(({ name, empty = false }) => ({ name, empty }))
    .sort((a, b) => gates[b.name]! - gates[a.name]!)
  const best = ranked.slice(0, group.keep.max).map(({ name }) => name)
  if (canPrune(supernet, group.name, best)) return best
  return ranked.flatMap(({ name, empty }) => (empty ? [] : [name])).slice(0, group.keep.max)
}

function removal(
  group: GateGroup,
  kept: readonly string[],
  { schedule }: SearchContext,
  step: number,
  by: 'zero' | 'projection',
): Extract<Event, { type: 'removal' }> {
  const lambda = lambdasAt(schedule, 'gates', group.layer, step - 1)
  return {
    type: 'removal',
    step,
    layer: group.layer,
    group: group.name,
    members: group.members.map((member) => member.name).filter((name) => !kept.includes(name)),
    lambda: Object.fromEntries(lambda.map(({ term, lambda: value }) => [`${term}/gates`, value])),
    by,
    before: null,
    after: null,
  }
}
