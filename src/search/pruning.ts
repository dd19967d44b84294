import type { PreparedData } from '../data/types.js'
import { metrics } from '../objective/metrics.js'
import { actingTerms } from '../schedule/acting.js'
import { rowAt } from '../schedule/table.js'
import type { Schedule } from '../schedule/types.js'
import type { SupernetModel } from '../supernet/model.js'
import { canPrune, inputsFirst } from '../supernet/prune.js'
import { keepable, type GateGroup } from '../supernet/types.js'
import type { Event } from './events.js'
import { evaluate } from './evaluate.js'
import type { SearchContext } from './search.js'
import type { Stepper } from './stepper.js'

/** What removals act on, and what they tell. */
export interface Pruning {
  readonly model: SupernetModel
  readonly data: PreparedData
  readonly context: Pick<SearchContext, 'metric' | 'emit'>
  readonly stepper: Stepper
  /** The λ that was used so far. */
  readonly used: Schedule
}

type Removal = Extract<Event, { type: 'removal' }>

/**
 * Removes every member whose gate is exactly 0, physically. The function does not change, so the metric
 * does not jump.
 */
export function removeClosed(pruning: Pruning, step: number): void {
  const { model } = pruning
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
    pruning.context.emit(remove(pruning, group, kept, step, 'zero'))
  }
}

/**
 * Makes the supernet legal: in each group with too many members the ones with the largest gates stay.
 * Inputs are decided before operations, so that an edge's operations are not weighed in vain. Returns the
 * metric lost (negative where it got better).
 */
export function projectToLegal(pruning: Pruning, step: number): number {
  const { model } = pruning
  const values = model.gateValues()
  return measured(pruning, () =>
    inputsFirst(model.supernet.groups).flatMap(({ name }) => {
      const group = model.supernet.groups.find((g) => g.name === name)
      if (!group || group.members.length <= group.keep.max) return []
      const best = strongest(model, group, values[name]!)
      return [remove(pruning, group, best, step, 'projection')]
    }),
  )
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

/** Removes all members of a group but those to keep; returns the event that tells it. */
export function remove(
  { stepper, used }: Pruning,
  group: GateGroup,
  kept: readonly string[],
  step: number,
  by: Removal['by'],
): Removal {
  const members = group.members.map(({ name }) => name).filter((name) => !kept.includes(name))
  const acting = actingTerms(used)
    .onGates(group.layer, [group], rowAt(used, step - 1))
    .filter(({ selected }) => !selected || members.some((name) => selected.get(group.name)!.has(name)))
  stepper.prune(group.name, kept)
  return {
    type: 'removal',
    step,
    layer: group.layer,
    group: group.name,
    members,
    lambda: Object.fromEntries(acting.map(({ label, lambda }) => [label, lambda])),
    by,
    before: null,
    after: null,
  }
}
