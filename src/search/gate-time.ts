import type { Config } from '../config/config-schema.js'
import type { Schedule } from '../schedule/types.js'
import type { SupernetModel } from '../supernet/model.js'
import { groupOf } from '../supernet/prune.js'
import type { GateGroup } from '../supernet/types.js'
import { evenShare } from './gate-scale.js'

/** The time of gates: the iterations in which they move before the last choice is made. */
export function gateTime({ phases, prune }: Schedule): number {
  const moving = phases.filter(({ gates }) => gates === 'move')
  const until = Math.max(prune.until, 1)
  return Math.max(
    1,
    moving.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, until) - from), 0),
  )
}

/**
 * How far a gradient of 1 takes α of a group over the whole time of gates: `travel` times the mean of its gates at the
 * beginning, so that the size of a group drops out, and what is removed changes nothing for what stays.
 */
export const travelOf = (
  { origin, relaxation }: SupernetModel,
  { name }: GateGroup,
  travel: number = relaxation.travel,
): number => (relaxation.step === 'proximal' ? travel * evenShare(groupOf(origin, name)) : travel)

/** Looks at the gates over all their time, where nothing else is configured. */
const looks = 50

/** Iterations between looks at the gates: what is removed when must not hang on how many iterations there are. */
export const lookEvery = (schedule: Schedule, { inspectEvery }: Config['search']): number =>
  inspectEvery ?? Math.max(1, Math.round(gateTime(schedule) / looks))
