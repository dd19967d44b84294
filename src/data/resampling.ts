import type { Config } from '../config/config-schema.js'
import { splitMethod } from './split.js'
import type { Dataset } from './types.js'
import { unitLabels } from './units.js'

/** How the rows of a split are drawn with replacement, so that dependent rows stay together. */
export interface Resampling {
  readonly of: 'rows' | 'groups' | 'blocks' | 'stretches'
  /**
   * The units that are drawn, as indices into the split: one row, the rows of a group or block, or
   * consecutive rows in time.
   */
  readonly units: readonly (readonly number[])[]
  /** The number of units in a resample, which makes it about as large as the split. */
  readonly draws: number
}

/**
 * The resampling of some rows. Data split by group or block are resampled by these. Data split by time are
 * resampled by overlapping stretches of consecutive rows (a moving-block bootstrap), each long enough for a
 * row with all later rows whose windows overlap it or whose time is equal, and for at least n^(1/3) rows. None
 * crosses from one series to the next; one that is shorter is a stretch as it is. All others are resampled by row.
 */
export function resamplingOf(dataset: Dataset, split: Config['split'], rows: Uint32Array): Resampling {
  const by = splitMethod(dataset, split.by)
  if (by === 'time') return stretches(dataset, rows)
  if (by !== 'group' && by !== 'block') {
    const units = Array.from(rows, (_, place) => [place])
    return { of: 'rows', units, draws: units.length }
  }
  const labels = unitLabels(dataset, { ...split, by })
  const units = new Map<unknown, number[]>()
  rows.forEach((row, place) => {
    const unit = units.get(labels[row])
    if (unit) unit.push(place)
    else units.set(labels[row], [place])
  })
  return { of: `${by}s`, units: [...units.values()], draws: units.size }
}

function stretches({ spans, keys, series }: Dataset, rows: Uint32Array): Resampling {
  const begin = (row: number): number => spans?.[row]?.[0] ?? Number(keys?.[row] ?? row)
  const end = (row: number): number => spans?.[row]?.[1] ?? begin(row)
  const order = Array.from(rows, (_, place) => place)
  order.sort((a, b) => begin(rows[a]!) - begin(rows[b]!) || a - b)
  const n = order.length
  let length = Math.ceil(Math.cbrt(n))
  for (let i = 0, next = 0; i < n; i++) {
    const row = rows[order[i]!]!
    while (next < n && (begin(rows[order[next]!]!) < end(row) || begin(rows[order[next]!]!) <= begin(row)))
      next++
    length = Math.max(length, next - i)
  }
  const units = runsOf(order, (place) => series?.of[rows[place]!]).flatMap((run) =>
    Array.from({ length: Math.max(1, run.length - length + 1) }, (_, i) => run.slice(i, i + length)),
  )
  return { of: 'stretches', units, draws: Math.round(n / Math.max(1, length)) }
}

/** The places of one series after those of another, in their order. */
function runsOf(order: readonly number[], seriesOf: (place: number) => number | undefined): number[][] {
  const runs: number[][] = []
  order.forEach((place, i) => {
    if (i > 0 && seriesOf(place) === seriesOf(order[i - 1]!)) runs.at(-1)!.push(place)
    else runs.push([place])
  })
  return runs
}
