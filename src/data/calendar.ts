/** Milliseconds of a day. */
export const dayLength = 86_400_000

/** A day of the calendar; months count from 1. */
export interface Day {
  readonly year: number
  readonly month: number
  readonly day: number
}

/**
 * The day at a time in milliseconds since 1970, in UTC, by the Gregorian calendar: Howard Hinnant's
 * `civil_from_days`, which counts years from March, so that a leap day is a year's last.
 */
export function dayOf(time: number): Day {
  const shifted = Math.floor(time / dayLength) + 719_468
  const era = Math.floor(shifted / 146_097)
  const ofEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  )
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * ofYear + 2) / 153)
  const day = ofYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}

/** The milliseconds since midnight, in UTC. */
export const clockOf = (time: number): number => time - Math.floor(time / dayLength) * dayLength
