/**
 * A 32-bit float has 24 binary digits; a mean of 2⁸ deviations takes eight of them, which leaves an error of
 * 2⁻¹⁶ deviations.
 */
const mostDeviations = 2 ** 8
/** A 64-bit float has 53; of a mean of so many deviations it leaves three decimal digits to what varies. */
const mostDeviations64 = 2 ** 43
/** What scales may reach in 32 bits, with room for sums of them and for what they divide. */
const [least, most] = [1e-30, 1e30]

/** Does a column lie too far from 0 for its spread, or is it too large or small, for layers of 32-bit floats? */
export function isFar(mean: number, std: number): boolean {
  const size = Math.max(Math.abs(mean), std)
  return Math.abs(mean) > mostDeviations * std || size > most || std < least
}

/** Is a column's spread near what 64-bit floats can tell apart so far from 0? */
export const isBlurred = (mean: number, std: number): boolean => Math.abs(mean) > mostDeviations64 * std
