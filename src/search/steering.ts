import type { Intervention } from '../config/intervention-schema.js'
import { withInterventions } from '../config/interventions.js'
import { columnLabel } from '../schedule/select.js'
import type { ScheduleSource } from '../schedule/source.js'
import type { Schedule } from '../schedule/types.js'
import type { SearchProgress, SearchContext } from './state.js'

/** A search's context whose settings follow the interventions in its progress. */
export function steered(context: SearchContext, progress: SearchProgress): SearchContext {
  let known: { list: readonly Intervention[]; count: number; options: SearchContext['options'] } | undefined
  return {
    ...context,
    get options() {
      const list = progress.interventions
      if (known?.list !== list || known.count !== list.length)
        known = { list, count: list.length, options: withInterventions(context.options, list, ['search']) }
      return known.options
    },
  }
}

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

/** Records interventions and emits their events. */
export function intervene(
  { progress, context }: { readonly progress: SearchProgress; readonly context: Pick<SearchContext, 'emit'> },
  interventions: readonly Intervention[],
): void {
  for (const each of interventions) {
    progress.interventions.push(each)
    context.emit({ type: 'intervention', ...each })
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
