import { InputError } from '../base/errors.js'
import { clockOf, dayLength, dayOf } from './calendar.js'
import type { TimeNotation } from './times.js'

/** The units of durations, in milliseconds. */
const units = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: dayLength, w: 604_800_000 } as const

/** Milliseconds between which a step is a month: from 28 to 31 days. */
const month = [28 * units.d, 31 * units.d] as const

/**
 * The step that `data.every` gives: milliseconds of a duration such as `10min` for dates, or a number for
 * times that are numbers.
 */
export function stepOf(every: string | number, notation: TimeNotation): number {
  const numbers = notation === 'numbers'
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|min|h|d|w)$/.exec(String(every))
  const step = numbers
    ? Number(every)
    : match
      ? Number(match[1]) * units[match[2] as keyof typeof units]
      : NaN
  if (step > 0 && Number.isFinite(step)) return step
  const expected = numbers
    ? 'a number > 0, because the times are numbers'
    : `a duration (${Object.keys(units).join(', ')}) such as 10min, because the times are dates`
  throw new InputError(`config.data.every: expected ${expected}, got ${JSON.stringify(every)}`)
}

/** The most frequent of some differences of time, the smallest of those that are equally frequent. */
export function commonStep(differences: Iterable<number>): number | undefined {
  const counts = new Map<number, number>()
  for (const each of differences) counts.set(each, (counts.get(each) ?? 0) + 1)
  let best: number | undefined
  for (const [each, count] of counts) {
    const most = best === undefined ? 0 : counts.get(best)!
    if (count > most || (count === most && each < best!)) best = each
  }
  return best
}

/**
 * Whether a difference of time is one step: clocks jitter and months differ, so that anything from a half to
 * one and a half steps is.
 */
export const isOneStep = (difference: number, every: number): boolean =>
  difference > every / 2 && difference < 1.5 * every

/** A step as people write it: `10 min`, `1 month`, or a number. */
export function stepText(every: number, notation: TimeNotation): string {
  if (notation === 'numbers') return String(every)
  if (every >= month[0] && every <= month[1]) return '1 month'
  const [name, size] = Object.entries(units)
    .reverse()
    .find(([unit, ms]) => unit !== 'w' && every % ms === 0) ?? ['ms', 1]
  return `${every / size} ${name}`
}

/** The time so many steps after another one. A step of 28 to 31 days is a month of the calendar. */
export function timeAfter(time: number, every: number, steps: number, notation: TimeNotation): number {
  if (notation === 'numbers' || every < month[0] || every > month[1]) return time + steps * every
  const { year, month: of, day } = dayOf(time)
  const last = dayOf(Date.UTC(year, of - 1 + steps + 1, 0)).day
  // The last day of a month is followed by the last day of the next.
  const isLast = dayOf(time + dayLength).day === 1
  return Date.UTC(year, of - 1 + steps, isLast ? last : Math.min(day, last)) + clockOf(time)
}

/** A time as text: a number, or an ISO date with its clock. */
export function timeText(time: number, notation: TimeNotation): string {
  if (notation === 'numbers') return String(Number(time.toPrecision(15)))
  const { year, month: of, day } = dayOf(time)
  const clock = Math.round(clockOf(time))
  const two = (n: number) => String(Math.floor(n)).padStart(2, '0')
  const parts = [clock / 3_600_000, (clock / 60_000) % 60, (clock / 1000) % 60].map(two).join(':')
  const thousandths = clock % 1000 === 0 ? '' : `.${String(clock % 1000).padStart(3, '0')}`
  return `${String(year).padStart(4, '0')}-${two(of)}-${two(day)} ${parts}${thousandths}`
}
