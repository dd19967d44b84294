import type { Schedule } from '../../../schedule/types.js'
import type { Alarm } from './types.js'

/**
 * Raised if a layer's gates are still where they began: the total variation ½ Σ |p − p₀| of the normalised
 * weights, averaged over its groups, is below `limit` after a share `after` of what moves them. That is the
 * sum of λ of the terms on its gates over the iterations that move gates or, if no term acts on them, the
 * number of these iterations.
 */
export const stuck: Alarm = {
  name: 'stuck',
  raised({ step, schedule, groups, weights, initial }, { limit, after }) {
    const byLayer = new Map<string, number[]>()
    for (const { name, layer, members, keep } of groups)
      if (members.length > keep.min)
        byLayer.set(layer, [...(byLayer.get(layer) ?? []), movement(initial[name]!, weights[name]!)])
    return [...byLayer].flatMap(([layer, moved]) => {
      const all = pressure(schedule, layer, schedule.prune.until)
      if (all === 0 || pressure(schedule, layer, step) < after * all) return []
      const mean = moved.reduce((sum, each) => sum + each, 0) / moved.length
      if (mean >= limit) return []
      return [{ layer, message: `its gates have moved by ${Number(mean.toPrecision(2))} since the start` }]
    })
  },
}

/**
 * The sum of λ on a layer's gates over the moving iterations before `until`; if no term acts on them at all,
 * the number of these iterations.
 */
function pressure({ phases, columns }: Schedule, layer: string, until: number): number {
  const moving = phases.filter(({ gates }) => gates === 'move')
  const overlap = (from: number, to: number) =>
    moving.reduce(
      (sum, phase) => sum + Math.max(0, Math.min(to, phase.to, until) - Math.max(from, phase.from)),
      0,
    )
  const pressing = columns
    .filter((column) => column.part === 'gates' && column.layer === layer)
    .flatMap(({ segments }) => segments)
    .filter(({ value }) => value > 0)
  if (pressing.length === 0) return overlap(0, until)
  return pressing.reduce((sum, { from, to, value }) => sum + value * overlap(from, to), 0)
}

/** ½ Σ |p − q| of two groups of weights, each divided by its sum. A removed member counts as 0. */
function movement(before: Readonly<Record<string, number>>, now: Readonly<Record<string, number>>): number {
  const total = (weights: Readonly<Record<string, number>>) =>
    Object.values(weights).reduce((sum, weight) => sum + weight, 0)
  const [a, b] = [total(before), total(now)]
  return Object.entries(before).reduce(
    (sum, [member, weight]) => sum + Math.abs(weight / a - (now[member] ?? 0) / b) / 2,
    0,
  )
}
