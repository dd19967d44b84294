import type { Intervention } from '../config/intervention-schema.js'
import { columnLabel } from '../schedule/select.js'
import type { ScheduleSource } from '../schedule/source.js'
import type { Schedule } from '../schedule/types.js'
import type { SearchProgress } from './state.js'

/** The λ that can be set by hand, as interventions name them: `lambda.LAYER.TERM`. */
export const leversOf = ({ columns }: Schedule): string[] =>
  columns.map((column) => `lambda.${column.layer}.${columnLabel(column)}`)

/**
 * A source of λ in which values set by hand replace those of `source`. A replayed schedule already includes
 * them.
 */
export function handedSource(
  source: ScheduleSource,
  schedule: Schedule,
  progress: SearchProgress,
): ScheduleSource {
  if (schedule.replay) return source
  const levers = leversOf(schedule)
  return {
    state: () => source.state?.(),
    restore: (state) => source.restore?.(state),
    at(t, observed) {
      const row = source.at(t, observed)
      const held = new Map(
        progress.interventions.flatMap(({ what, to }) => {
          const column = levers.indexOf(what)
          return column < 0 ? [] : [[column, to as number | null] as const]
        }),
      )
      if (held.size === 0) return row
      return { ...row, columns: row.columns.map((value, i) => held.get(i) ?? value) }
    },
  }
}

/** The interventions of a replayed run up to iteration t that this run has not made yet. */
export function replayedInterventions(
  schedule: Schedule,
  { interventions }: SearchProgress,
  t: number,
): Intervention[] {
  const key = (each: Intervention) => JSON.stringify([each.step, each.what, each.to])
  const known = new Set(interventions.map(key))
  return (schedule.replay?.interventions ?? []).filter((each) => each.step <= t && !known.has(key(each)))
}
