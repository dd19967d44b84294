import { clockOf, dayLength, dayOf } from './calendar.js'
import { wallOf, type TimeNotation } from './times.js'
import type { UnixNotation } from './unix-dates.js'

/** How dates are written. */
export type DateNotation = Exclude<TimeNotation, 'numbers'> | UnixNotation

/** The parts of a date that can be inputs: keys of `data.dates`. */
export const dateParts = ['year', 'month', 'weekday', 'hour', 'days'] as const

export type DatePart = (typeof dateParts)[number]

/** A number that is computed from a date. What goes round has two, the sine and cosine of its angle. */
export type DateNumber = 'year' | 'days' | `${'month' | 'weekday' | 'hour'} ${'sin' | 'cos'}`

/** How a number is computed from a column of dates. */
export interface DateFeature {
  readonly column: string
  readonly part: DateNumber
  /** How the dates are written. */
  readonly notation: DateNotation
  /** For `days`: the day from which they count, `2026-03-01`. */
  readonly from?: string
}

/** The numbers of a part. */
export const numbersOfPart = (part: DatePart): readonly DateNumber[] =>
  part === 'year' || part === 'days' ? [part] : [`${part} sin`, `${part} cos`]

/** Whether a number goes round, so that no date is outside its range. */
export const isCyclic = (part: DateNumber): boolean => part !== 'year' && part !== 'days'

/**
 * The function that computes a number from what calendar and clock show, in milliseconds since 1970. Angles
 * are 2π times (month − 1) / 12, the day of the week from Monday, 0, to Sunday, 6, over 7, and the time of the
 * day in hours over 24.
 */
export function dateNumber({ part, from = '1970-01-01' }: Pick<DateFeature, 'part' | 'from'>) {
  if (part === 'year') return (time: number) => dayOf(time).year
  if (part === 'days') {
    const first = wallOf(from, 'dates')!.wall
    return (time: number) => (time - first) / dayLength
  }
  const [name, wave] = part.split(' ') as [keyof typeof turns, 'sin' | 'cos']
  const turn = turns[name]
  return (time: number) => Math[wave](2 * Math.PI * turn(time))
}

/** The part of its circle that a time has gone. */
const turns = {
  month: (time: number) => (dayOf(time).month - 1) / 12,
  weekday: (time: number) => weekdayOf(time) / 7,
  hour: (time: number) => clockOf(time) / dayLength,
} as const

/** The day of the week, from Monday, 0, to Sunday, 6. The first of January 1970 was a Thursday. */
export const weekdayOf = (time: number): number => {
  const days = Math.floor(time / dayLength) + 3
  return days - 7 * Math.floor(days / 7)
}

/** How a number is computed, in words, for people who feed a model themselves. */
export function aboutDate({ column, part, from }: DateFeature): string {
  const date = JSON.stringify(column)
  if (part === 'year') return `the year of ${date}`
  if (part === 'days') return `days from ${from ?? '1970-01-01'} 00:00 to ${date}, with parts of days`
  const [name, wave] = part.split(' ') as [keyof typeof angles, string]
  return `${wave}(${angles[name]}) of ${date}`
}

const angles = {
  month: '2π (month − 1) / 12',
  weekday: '2π weekday / 7, Monday 0',
  hour: '2π hours since midnight / 24',
} as const
