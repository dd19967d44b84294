import { append } from './columns.js'
import type { Schedule, Segment } from './types.js'

/**
 * A schedule from iteration `from` to its end, in so many iterations: what it says at the same share of the time. For
 * trying it out in less time than it is for.
 */
export function excerpt(schedule: Schedule, from: number, steps: number): Schedule {
  const scale = steps / (schedule.steps - from)
  const at = (t: number) => Math.round(Math.max(0, t - from) * scale)
  const segments = (all: readonly Segment[]): Segment[] => {
    const kept: Segment[] = []
    for (const { from: start, to, value } of all)
      if (at(to) > at(start)) append(kept, at(start), at(to), value)
    return kept
  }
  const { losses, columns, phases, prune } = schedule
  return {
    ...schedule,
    steps,
    phases: phases
      .map((phase) => ({ ...phase, from: at(phase.from), to: at(phase.to) }))
      .filter((phase) => phase.to > phase.from),
    losses: { task: segments(losses.task), reconstruction: segments(losses.reconstruction) },
    columns: columns.map((column) => ({ ...column, segments: segments(column.segments) })),
    prune: { ...prune, from: at(prune.from), until: Math.max(1, at(prune.until)) },
  }
}
