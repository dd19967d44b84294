import { Failure } from '../base/errors.js'
import type { LoggedRemoval } from '../schedule/types.js'
import { others, type GateGroup } from '../supernet/types.js'
import { passSkipped } from './decide/menu.js'
import { memberAblations, perturbations } from './removal/ablation.js'
import { measured, remove, type Removal } from './removal/remove.js'
import type { Pruning } from './state.js'

/**
 * Removes what the replayed run removed at an inspection of the gates after this step, in the same order, and
 * nothing else. Members that were removed because their gates were 0 must have gates of 0 here too; otherwise
 * this is not the same run, and it fails. The metric lost is added to `progress.jumps`.
 */
export function replayLook(pruning: Pruning, removals: readonly LoggedRemoval[], step: number): void {
  const { model, context } = pruning
  const due = removals.filter((removal) => removal.step === step)
  const closed = due.filter(({ by }) => by === 'zero')
  const values = closed.length > 0 ? model.gateValues() : {}
  for (const removal of closed) {
    const group = groupOf(pruning, removal)
    const open = removal.members.find((member) => values[group.name]![member] !== 0)
    if (open !== undefined)
      throw differs(removal, `the gate of ${open} was 0, here it is ${values[group.name]![open]}`)
    context.emit(replayed(pruning, group, removal))
  }
  together(
    pruning,
    due.filter(({ by }) => by === 'threshold'),
  )
}

/**
 * Removes what the replayed run projected at this step. An early projection, made because a safeguard ended
 * the search, is left to that safeguard.
 */
export function replayProjection(pruning: Pruning, removals: readonly LoggedRemoval[], step: number): void {
  if (step < pruning.context.schedule.prune.until) return
  const due = removals.filter((removal) => removal.step === step)
  together(
    pruning,
    due.filter(({ by }) => by === 'projection' || by === 'perturbation'),
  )
}

/** Performs removals that the run measured together. */
function together(pruning: Pruning, removals: readonly LoggedRemoval[]): void {
  if (removals.length === 0) return
  pruning.progress.jumps += measured(pruning, () =>
    removals.map((removal) => replayed(pruning, groupOf(pruning, removal), removal)),
  )
}

function replayed(pruning: Pruning, group: GateGroup, { members, step, by }: LoggedRemoval) {
  const ablated =
    by === 'zero'
      ? {}
      : by === 'perturbation'
        ? perturbations(pruning, group, members, step)
        : memberAblations(pruning, group, members, step)
  const kept = others(group, members)
  if (by === 'zero') passSkipped(pruning, group, kept, step)
  return remove(pruning, group, kept, step, by as Removal['by'], ablated)
}

function groupOf({ model }: Pruning, removal: LoggedRemoval): GateGroup {
  const group = model.supernet.groups.find(({ name }) => name === removal.group)
  const gone = removal.members.find((member) => !group?.members.some(({ name }) => name === member))
  if (!group || gone !== undefined) throw differs(removal, `${gone ?? removal.group} is gone already`)
  return group
}

const differs = ({ step, group }: LoggedRemoval, what: string): Failure =>
  new Failure(
    `replay: iteration ${step}, ${group}: ${what}; another machine or version rounds differently; without "replay" the schedule's table still runs`,
  )
