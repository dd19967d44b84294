import type { Table } from './content.js'
import { orderSeries, type OrderedSeries } from './several-series.js'
import { timeAfter, timeText } from './time-step.js'
import type { Encoding, SeriesEncoding } from './types.js'

/** Of which series and time a prediction is, by the names of the columns. */
export type SeriesPlace = Readonly<Record<string, string>>

/** New records, those of several series sorted by series and time, with stretches that no window crosses. */
export type OrderedRecords = Pick<OrderedSeries, 'table'> & Partial<OrderedSeries>

/** Sorts new records as those of training were; any others keep their order. */
export function orderedRecords({ series }: Encoding, table: Table): OrderedRecords {
  if (!series) return { table }
  const { by, time, every } = series
  return orderSeries(table, { ...series, seriesBy: by, time, every: undefined, step: every })
}

/** The series and time of windows, which are given by the rows of their last steps; undefined for any others. */
export const placesIn = (
  { series }: Encoding,
  ordered: OrderedRecords,
  windows: readonly { readonly at: number }[],
): SeriesPlace[] | undefined =>
  series && windows.map(({ at }) => placeOf(ordered as OrderedSeries, series, at))

/** The series of a row, its time, and the time that is predicted from it. */
function placeOf(
  { names, of, times, notation }: OrderedSeries,
  { by, time, horizon, every }: SeriesEncoding,
  row: number,
): SeriesPlace {
  const nameParts = names[of[row]!]!
  const named = Object.fromEntries(by.map((name, i) => [name, nameParts[i]!]))
  if (time === undefined || !times || !notation) return named
  const later = () => timeText(timeAfter(times[row]!, every!, horizon, notation), notation)
  return {
    ...named,
    [time]: timeText(times[row]!, notation),
    ...(horizon > 0 && every !== undefined && { [`${time} of the forecast`]: later() }),
  }
}
