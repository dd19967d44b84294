import type { Schedule } from '../../schedule/types.js'
import type { Alarm } from './types.js'

/**
 * A layer's gates are where they began: over its groups the mean total variation ½ Σ |p − p₀| of the normalised
 * weights is below `limit`, when `after` of the iterations that may move gates are over.
 */
export const stuck: Alarm = {
  name: 'stuck',
  raised({ step, schedule, groups, weights, initial }, { limit, after }) {
    const all = movingIterations(schedule, schedule.prune.until)
    if (all === 0 || movingIterations(schedule, step) < after * all) return []
    const byLayer = new Map<string, number[]>()
    for (const { name, layer, members, keep } of groups)
      if (members.length > keep.min)
        byLayer.set(layer, [...(byLayer.get(layer) ?? []), movement(initial[name]!, weights[name]!)])
    return [...byLayer].flatMap(([layer, moved]) => {
      const mean = moved.reduce((sum, each) => sum + each, 0) / moved.length
      if (mean >= limit) return []
      return [{ layer, message: `its gates have moved by ${Number(mean.toPrecision(2))} since the start` }]
    })
  },
}

/** Iterations before `until` in which the schedule lets gates move. */
const movingIterations = ({ phases }: Schedule, until: number): number =>
  phases
    .filter(({ gates }) => gates === 'move')
    .reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, until) - from), 0)

/** ½ Σ |p − q| of two groups of weights, each divided by its sum; a member that is gone has 0. */
function movement(before: Readonly<Record<string, number>>, now: Readonly<Record<string, number>>): number {
  const total = (weights: Readonly<Record<string, number>>) =>
    Object.values(weights).reduce((sum, weight) => sum + weight, 0)
  const [a, b] = [total(before), total(now)]
  return Object.entries(before).reduce(
    (sum, [member, weight]) => sum + Math.abs(weight / a - (now[member] ?? 0) / b) / 2,
    0,
  )
}
