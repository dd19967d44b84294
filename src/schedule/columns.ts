import { columnLabel } from './select.js'
import type { ScheduleColumn, Segment } from './types.js'

/**
 * Collects columns in an order in which the last column with a value counts for each term, part and layer.
 */
export interface ColumnBook {
  /**
   * Begins a stretch of time. The returned function is called once for each column of the stretch, in order
   * of precedence, and returns the segments to which its values are appended.
   */
  stretch(): (column: Omit<ScheduleColumn, 'segments'>) => Segment[]
  /** All columns, by layer. */
  columns(): ScheduleColumn[]
}

interface Draft extends ScheduleColumn {
  readonly label: string
  readonly segments: Segment[]
}

/**
 * A book over layers in their order. A column of an earlier stretch is continued if precedence allows it. If
 * two stretches order their columns differently, the later one gets new columns.
 */
export function columnBook(layers: readonly string[]): ColumnBook {
  const places = new Map<string, Draft[]>()
  const stretch = () => {
    /** By place: the index after the column that was used last. */
    const cursors = new Map<string, number>()
    return (column: Omit<ScheduleColumn, 'segments'>): Segment[] => {
      const label = columnLabel(column)
      const place = `${column.term}/${column.part}/${column.layer}`
      const drafts = places.get(place) ?? []
      places.set(place, drafts)
      const cursor = cursors.get(place) ?? 0
      if (cursor > 0 && drafts[cursor - 1]!.label === label) return drafts[cursor - 1]!.segments
      const later = drafts.findIndex((draft, i) => i >= cursor && draft.label === label)
      const at = later < 0 ? cursor : later
      if (later < 0) drafts.splice(at, 0, { ...column, label, segments: [] })
      cursors.set(place, at + 1)
      return drafts[at]!.segments
    }
  }
  const rank = ({ layer }: ScheduleColumn) => layers.indexOf(layer)
  return {
    stretch,
    columns: () =>
      [...places.values()]
        .flat()
        .sort((a, b) => rank(a) - rank(b))
        .map(({ term, part, layer, select, segments }) => ({
          term,
          part,
          layer,
          select,
          segments,
        })),
  }
}

/** Appends a value for [from, to). If the segment before it has the same value, that is extended instead. */
export function append(segments: Segment[], from: number, to: number, value: number): void {
  const last = segments[segments.length - 1]
  if (last?.to === from && Object.is(last.value, value)) segments[segments.length - 1] = { ...last, to }
  else segments.push({ from, to, value })
}
