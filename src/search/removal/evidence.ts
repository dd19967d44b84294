import type { MemberAblation, Evidence } from '../../events/types.js'
import { actingTerms, type Acting } from '../../schedule/acting.js'
import { rowAt } from '../../schedule/table.js'
import type { GateGroup } from '../../supernet/types.js'
import type { Pruning } from '../state.js'
import { termForces } from './forces.js'

/** Ablations of members just before their removal. */
export type Ablated = Readonly<Record<string, MemberAblation>>

/** The terms that acted on some members of a group in the last iteration. */
function actingOn(
  { model, used }: Pruning,
  group: GateGroup,
  members: readonly string[],
  step: number,
): Acting[] {
  const { groups } = model.supernet
  const layerGroups = groups.filter(({ layer }) => layer === group.layer)
  return actingTerms(used)
    .onGates(group.layer, layerGroups, rowAt(used, step - 1))
    .filter(({ selected }) => !selected || members.some((name) => selected.get(group.name)?.has(name)))
}

/**
 * λ of the terms that acted on members of a group in the last iteration, by their names in `schedule.csv`.
 */
export function lambdaInForce(
  pruning: Pruning,
  group: GateGroup,
  members: readonly string[],
  step: number,
): Record<string, number> {
  const acting = actingOn(pruning, group, members, step)
  return Object.fromEntries(acting.map(({ label, lambda }) => [label, lambda]))
}

/**
 * The reasons why members of a group are removed, by member: the gate, the forces on α in the last iteration,
 * and the ablation. Call it before they are removed. If the gates were held in that iteration, there are no
 * forces.
 */
export function evidenceOf(
  pruning: Pruning,
  group: GateGroup,
  members: readonly string[],
  step: number,
  ablated: Ablated,
): Record<string, Evidence> {
  const { model, context, stepper, progress } = pruning
  const gates = model.gateValues()[group.name]!
  const ofLoss = stepper.lossGradient(group.name)
  const acting = actingOn(pruning, group, members, step).map((each) => ({
    ...each,
    term: context.terms.find(({ name }) => name === each.term)!,
  }))
  const forces: Record<string, Float32Array> = ofLoss
    ? { loss: ofLoss, ...termForces(model, group, acting, context.latency) }
    : {}
  const evidence: Record<string, Evidence> = {}
  for (const name of members) {
    const place = group.members.findIndex((member) => member.name === name)
    evidence[name] = {
      gate: gates[name]!,
      gradients: Object.fromEntries(Object.entries(forces).map(([force, values]) => [force, values[place]!])),
      ablation: ablated[name] ?? progress.ablations[group.name]?.[name] ?? null,
    }
  }
  return evidence
}
