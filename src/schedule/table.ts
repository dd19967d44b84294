import type { Part } from '../objective/terms/types.js'
import type { CompiledPhase, Schedule, Segment } from './types.js'

/** The value of a segment list at iteration t; 0 where none stands. Binary search. */
export function valueAt(segments: readonly Segment[], t: number): number {
  let low = 0
  let high = segments.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const { from, to, value } = segments[middle]!
    if (t < from) high = middle - 1
    else if (t >= to) low = middle + 1
    else return value
  }
  return 0
}

/** The phase of iteration t; the last one afterwards. */
export const phaseAt = (schedule: Schedule, t: number): CompiledPhase =>
  schedule.phases.find((phase) => t < phase.to) ?? schedule.phases[schedule.phases.length - 1]!

/** λ of a layer at iteration t, by term, of one part; zeros left out. */
export function lambdasAt(
  schedule: Schedule,
  part: Part,
  layer: string,
  t: number,
): { term: string; lambda: number }[] {
  return schedule.columns
    .filter((column) => column.part === part && column.layer === layer)
    .map((column) => ({ term: column.term, lambda: valueAt(column.segments, t) }))
    .filter(({ lambda }) => lambda > 0)
}

/**
 * `schedule.csv`: from, to (exclusive), layer, term, lambda, for the first `steps` iterations. The losses'
 * weights stand in it as terms of layer `*`.
 */
export function scheduleCsv(schedule: Schedule, steps = schedule.steps): string {
  const rows = [
    ...(['task', 'reconstruction'] as const).map((term) => ({
      layer: '*',
      term,
      segments: schedule.losses[term],
    })),
    ...schedule.columns.map(({ layer, term, part, segments }) => ({
      layer,
      term: `${term}/${part}`,
      segments,
    })),
  ]
  const lines = rows.flatMap(({ layer, term, segments }) =>
    segments
      .filter(({ from }) => from < steps)
      .map(({ from, to, value }) => [from, Math.min(to, steps), layer, term, value].join(',')),
  )
  return ['from,to,layer,term,lambda', ...lines, ''].join('\n')
}
