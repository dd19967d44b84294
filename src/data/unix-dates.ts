import { dayLength } from './calendar.js'
import { missingAt, valueAt, type Column } from './column.js'

/** Dates that are numbers: what has gone since 1970, as R, Unix and JavaScript count. */
export const unixNotations = ['unix-days', 'unix-seconds', 'unix-milliseconds'] as const

export type UnixNotation = (typeof unixNotations)[number]

/** The milliseconds of one. */
export const unixUnits: Readonly<Record<UnixNotation, number>> = {
  'unix-days': dayLength,
  'unix-seconds': 1000,
  'unix-milliseconds': 1,
}

/** From 1980 to 2100: so the units are told apart. */
const [earliest, latest] = [Date.UTC(1980, 0), Date.UTC(2100, 0)]

/** The unit in which all numbers of a column are dates; undefined if there is none. Days are whole. */
export function unixNotationOf(column: Column): UnixNotation | undefined {
  const numbers = Array.from(column.cells, (_, row) => row).flatMap((row) =>
    missingAt(column, row) ? [] : [valueAt(column, row)],
  )
  if (numbers.length === 0) return undefined
  return unixNotations.find((notation) =>
    numbers.every((value) => {
      const time = value * unixUnits[notation]
      return time >= earliest && time < latest && (notation !== 'unix-days' || Number.isInteger(value))
    }),
  )
}
