import { phaseAt } from '../schedule/table.js'
import type { Schedule } from '../schedule/types.js'
import type { RelaxationTraits } from '../supernet/relaxations/types.js'
import type { Supernet } from '../supernet/types.js'

/** Whether λ on gates has an effect at iteration t: gates move and are not decided yet. */
export const decides = (schedule: Schedule, t: number): boolean =>
  t < schedule.prune.until && phaseAt(schedule, t).gates === 'move'

/** The first iteration at which gates move. */
export const firstMove = ({ phases }: Schedule): number =>
  phases.find(({ gates }) => gates === 'move')?.from ?? Infinity

/**
 * The term that presses on gates independently of their cost. It reaches exact zeros if gates are proximal.
 */
export const pressureOn = ({ step }: RelaxationTraits): string => (step === 'proximal' ? 'l1' : 'entropy')

/**
 * Whether a layer has gates on which a cost has a gradient. Units have none, because the cost does not depend
 * on which of them stay.
 */
export const feelsCost = ({ groups }: Supernet, layer: string): boolean =>
  groups.some((group) => group.layer === layer && group.kind !== 'units')
