import { phaseAt } from '../schedule/table.js'
import type { Schedule } from '../schedule/types.js'
import type { RelaxationTraits } from '../supernet/relaxations/types.js'
import type { Supernet } from '../supernet/types.js'

/** Whether gates move at iteration t and are not decided yet: else no λ on them does anything. */
export const decides = (schedule: Schedule, t: number): boolean =>
  t < schedule.prune.until && phaseAt(schedule, t).gates === 'move'

/** The first iteration at which gates move. */
export const firstMove = ({ phases }: Schedule): number =>
  phases.find(({ gates }) => gates === 'move')?.from ?? Infinity

/** The term that presses on gates whatever they cost: exact where gates are proximal. */
export const pressureOn = ({ step }: RelaxationTraits): string => (step === 'proximal' ? 'l1' : 'entropy')

/** Whether a layer has gates by whose gradient a cost acts: units, whose cost does not depend on which stay, have none. */
export const feelsCost = ({ groups }: Supernet, layer: string): boolean =>
  groups.some((group) => group.layer === layer && group.kind !== 'units')
