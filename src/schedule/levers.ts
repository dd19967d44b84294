import type { ScheduleDocument } from '../config/schedule-schema.js'
import type { Column } from './types.js'

type Phase = ScheduleDocument['phases'][number]
type Rows = NonNullable<ScheduleDocument['table']>

/**
 * A document in which each of some terms has something to say about the gates of each layer at all times: 0 where it
 * said nothing. That changes no λ; it makes the columns that a planner may raise.
 */
export function withLevers(
  document: ScheduleDocument,
  terms: readonly string[],
  { layers, steps }: { readonly layers: readonly string[]; readonly steps: number },
): ScheduleDocument {
  // Of several entries the last counts, so these stand first.
  const entries = terms.map((term) => ({ term, part: 'gates' as const, layers: '**', lambda: 0 }))
  if (document.table) {
    const places = terms.flatMap((term) => layers.map((layer) => [layer, `${term}/gates`] as const))
    return {
      ...document,
      table: places.reduce((rows, place) => withoutGaps(rows, place, steps), document.table),
    }
  }
  const phases = document.phases.map((phase): Phase => ({ ...phase, terms: [...entries, ...phase.terms] }))
  return { ...document, phases }
}

/** A table in which a place has a row at each time, 0 in the gaps; its rows stand first. */
function withoutGaps(rows: Rows, [layer, term]: readonly [string, string], steps: number): Rows {
  const isOwn = (row: Rows[number]) => row[2] === layer && row[3] === term
  const own = rows.filter(isOwn)
  const filled: Rows = []
  let at = 0
  for (const row of own) {
    if (row[0] > at) filled.push([at, row[0], layer, term, 0])
    filled.push(row)
    at = row[1]
  }
  if (at < steps) filled.push([at, steps, layer, term, 0])
  return [...filled, ...rows.filter((row) => !isOwn(row))]
}

/** The indices of the columns of a term on the gates of a layer, of all layers where none is given. */
export const gateColumns = (columns: readonly Column[], term: string, layer?: string): number[] =>
  columns.flatMap((column, i) =>
    column.part === 'gates' && column.term === term && (layer === undefined || column.layer === layer)
      ? [i]
      : [],
  )
