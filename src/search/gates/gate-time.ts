import type { Config } from '../../config/config-schema.js'
import type { GateMotion } from '../../schedule/pressure.js'
import type { Schedule } from '../../schedule/types.js'
import type { SupernetModel } from '../../supernet/model.js'
import { groupOf } from '../../supernet/prune.js'
import type { Relaxation } from '../../supernet/relaxations/types.js'
import type { GateGroup } from '../../supernet/types.js'
import { evenShare } from './gate-scale.js'

/** The time of gates: the iterations of phases that let them move, before the last choice is made. */
export const gateTime = (schedule: Schedule): number =>
  Math.max(
    1,
    movingTimes(schedule).reduce((sum, [from, to]) => sum + to - from, 0),
  )

/** The stretches [from, to) of iterations that the time of gates consists of. */
export function movingTimes({ phases, prune }: Schedule): [from: number, to: number][] {
  const until = Math.max(prune.until, 1)
  return phases
    .filter(({ gates, from }) => gates === 'move' && from < until)
    .map(({ from, to }) => [from, Math.min(to, until)])
}

/** How gates move under a schedule; none under a relaxation whose α λ has no steps of its own on. */
export const motionOf = (
  schedule: Schedule,
  { step, travel: usual }: Pick<Relaxation, 'step' | 'travel'>,
  travel = usual,
): GateMotion | undefined => (step === 'proximal' ? { travel, moving: movingTimes(schedule) } : undefined)

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
