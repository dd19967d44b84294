/**
 * A 32-bit float has 24 binary digits; a mean of 2⁸ deviations takes eight of them, which leaves an error of
 * 2⁻¹⁶ deviations.
 */
const mostDeviations = 2 ** 8
/**
 * A 64-bit float has 53; with a mean of this many deviations, three decimal digits are left for what varies.
 */
const mostDeviations64 = 2 ** 43
/** The range that a scale may have in 32 bits, with room for sums and quotients. */
const [least, most] = [1e-30, 1e30]

/**
 * Whether a column is too far from 0 relative to its spread, too large or too small for layers of 32-bit
 * floats.
 */
export function isFar(mean: number, std: number): boolean {
  const size = Math.max(Math.abs(mean), std)
  return Math.abs(mean) > mostDeviations * std || size > most || std < least
}

/** Whether a column's spread is near the resolution of 64-bit floats at its distance from 0. */
export const isBlurred = (mean: number, std: number): boolean => Math.abs(mean) > mostDeviations64 * std
