import type { CompiledPhase, Schedule, Segment } from './types.js'

/** Finds the segment of iteration t by binary search; undefined if there is none. */
function segmentAt(segments: readonly Segment[], t: number): Segment | undefined {
  let low = 0
  let high = segments.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const segment = segments[middle]!
    if (t < segment.from) high = middle - 1
    else if (t >= segment.to) low = middle + 1
    else return segment
  }
  return undefined
}

/** The value of a list of segments at iteration t; 0 if it has none. */
export const lambdaAt = (segments: readonly Segment[], t: number): number =>
  segmentAt(segments, t)?.value ?? 0

/** The phase of iteration t; after the end, the last one. */
export const phaseAt = (schedule: Schedule, t: number): CompiledPhase =>
  schedule.phases.find((phase) => t < phase.to) ?? schedule.phases[schedule.phases.length - 1]!

/** The λ of one iteration. */
export interface LambdaRow {
  readonly task: number
  readonly reconstruction: number
  /** One value per column of the schedule; NaN if the column has no effect. */
  readonly columns: Float64Array
}

/** The λ of iteration t according to the schedule. */
export function rowAt({ losses, columns }: Schedule, t: number): LambdaRow {
  return {
    task: lambdaAt(losses.task, t),
    reconstruction: lambdaAt(losses.reconstruction, t),
    columns: Float64Array.from(columns, ({ segments }) => segmentAt(segments, t)?.value ?? NaN),
  }
}
