import type { ScheduleDocument } from '../config/schedule-schema.js'
import type { ScheduleColumn } from './types.js'

type Phase = ScheduleDocument['phases'][number]
type Rows = NonNullable<ScheduleDocument['table']>

/**
 * Adds entries such that each of some terms has a column on the gates of each layer at all times, with λ = 0
 * where the document gives none. This changes no λ, but makes the columns that a planner may raise.
 */
export function withLevers(
  document: ScheduleDocument,
  terms: readonly string[],
  { layers, steps }: { readonly layers: readonly string[]; readonly steps: number },
): ScheduleDocument {
  // The last of several entries counts, so that these come first and override nothing.
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

/** A table in which a place has a row at every time, with 0 in the gaps. Its rows come first. */
function withoutGaps(rows: Rows, [layer, term]: readonly [string, string], steps: number): Rows {
  const isOwn = (row: Rows[number]) => row[2] === layer && row[3] === term
  const placeRows = rows.filter(isOwn)
  const filled: Rows = []
  let at = 0
  for (const row of placeRows) {
    if (row[0] > at) filled.push([at, row[0], layer, term, 0])
    filled.push(row)
    at = row[1]
  }
  if (at < steps) filled.push([at, steps, layer, term, 0])
  return [...filled, ...rows.filter((row) => !isOwn(row))]
}

/** The indices of a term's columns on the gates of a layer, or of all layers if none is given. */
export const gateColumns = (columns: readonly ScheduleColumn[], term: string, layer?: string): number[] =>
  columns.flatMap((column, i) =>
    column.part === 'gates' && column.term === term && (layer === undefined || column.layer === layer)
      ? [i]
      : [],
  )
