import type { Config } from '../../config/config-schema.js'
import type { GateMotion } from '../../schedule/pressure.js'
import type { Schedule } from '../../schedule/types.js'
import type { SupernetModel } from '../../supernet/model.js'
import { groupOf } from '../../supernet/prune.js'
import type { Relaxation } from '../../supernet/relaxations/types.js'
import type { GateGroup } from '../../supernet/types.js'
import { evenShare } from './gate-scale.js'

/** The number of iterations in which gates may move, before the last choice is made. */
export const gateTime = (schedule: Schedule): number =>
  Math.max(
    1,
    movingTimes(schedule).reduce((sum, [from, to]) => sum + to - from, 0),
  )

/** The intervals [from, to) of iterations in which gates may move. */
export function movingTimes({ phases, prune }: Schedule): [from: number, to: number][] {
  const until = Math.max(prune.until, 1)
  return phases
    .filter(({ gates, from }) => gates === 'move' && from < until)
    .map(({ from, to }) => [from, Math.min(to, until)])
}

/**
 * How gates move under a schedule; undefined for a relaxation that does not step α proximally, where λ has no
 * steps of its own.
 */
export const motionOf = (
  schedule: Schedule,
  { step, travel: usual }: Pick<Relaxation, 'step' | 'travel'>,
  travel = usual,
): GateMotion | undefined => (step === 'proximal' ? { travel, moving: movingTimes(schedule) } : undefined)

/**
 * How far a gradient of 1 moves α of a group over the whole time of gates: `travel` times the mean of its
 * gates at the beginning. The size of a group then does not matter, and removing members changes nothing for
 * the remaining ones.
 */
export const travelOf = (
  { origin, relaxation }: SupernetModel,
  { name }: GateGroup,
  travel: number = relaxation.travel,
): number => (relaxation.step === 'proximal' ? travel * evenShare(groupOf(origin, name)) : travel)

/** The default number of inspections over the whole time of gates. */
const looks = 50

/**
 * The number of iterations between inspections of the gates. By default it scales with the time of gates, so
 * that the order of removals does not depend on the number of iterations.
 */
export const inspectionInterval = (schedule: Schedule, { inspectEvery }: Config['search']): number =>
  inspectEvery ?? Math.max(1, Math.round(gateTime(schedule) / looks))
