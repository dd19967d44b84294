import { append } from './columns.js'
import type { Schedule, Segment } from './types.js'

/**
 * A schedule from iteration `from` to its end, compressed to `steps` iterations, to try it in less time. The
 * time until pruning is done, and the time after it, get half of the iterations each, so that the rest has
 * time to recover. Within each half, λ is that of the schedule at the same relative time.
 */
export function excerpt(schedule: Schedule, from: number, steps: number): Schedule {
  const { until } = schedule.prune
  const half = until < schedule.steps ? Math.ceil(steps / 2) : steps
  const at = (t: number): number => {
    if (t <= until) return Math.round((Math.max(0, t - from) / (until - from)) * half)
    return half + Math.round(((t - until) / (schedule.steps - until)) * (steps - half))
  }
  const segments = (all: readonly Segment[]): Segment[] => {
    const kept: Segment[] = []
    for (const { from: start, to, value } of all)
      if (at(to) > at(start)) append(kept, at(start), at(to), value)
    return kept
  }
  const { losses, columns, phases, prune, turns } = schedule
  return {
    ...schedule,
    steps,
    phases: phases
      .map((phase) => ({ ...phase, from: at(phase.from), to: at(phase.to) }))
      .filter((phase) => phase.to > phase.from),
    losses: { task: segments(losses.task), reconstruction: segments(losses.reconstruction) },
    columns: columns.map((column) => ({ ...column, segments: segments(column.segments) })),
    prune: { ...prune, from: at(prune.from), until: half },
    turns: turns.map(({ from: start, to, places }) => ({
      from: at(start),
      to: at(to),
      places: places.map((place) => ({ ...place, start: at(place.start) })),
    })),
  }
}
