import { deviation, mean, withinT } from './statistics.js'

/** How much the errors of one method vary over seeds, compared with those of another. */
export interface SpreadRatio {
  /** The standard deviation of the one divided by that of the other. */
  readonly ratio: number
  /** The two-sided p of the test that both are equal. */
  readonly p: number
}

/**
 * The test of Pitman (1939) and Morgan (1939) for the variances of paired values a and b: these are equal
 * exactly if a + b and a − b are not correlated, so that t = r √((n − 2) / (1 − r²)) with n − 2 degrees of
 * freedom. Seeds with hard test rows are hard for both methods, which a comparison of two standard deviations
 * alone does not see. Null for fewer than three pairs, or if either does not vary at all.
 */
export function spreadRatio(
  pairs: readonly { readonly error: number; readonly other: number }[],
): SpreadRatio | null {
  const [spread, other] = [
    deviation(pairs.map((pair) => pair.error)),
    deviation(pairs.map((pair) => pair.other)),
  ]
  if (pairs.length < 3 || spread === 0 || other === 0) return null
  const r = correlation(
    pairs.map((pair) => pair.error + pair.other),
    pairs.map((pair) => pair.error - pair.other),
  )
  const degrees = pairs.length - 2
  const t = Math.abs(r) * Math.sqrt(degrees / (1 - r * r))
  return { ratio: spread / other, p: Number.isFinite(t) ? 1 - withinT(t, degrees) : 0 }
}

/** Pearson's correlation, within −1 and 1; 0 if either does not vary. */
function correlation(x: readonly number[], y: readonly number[]): number {
  const [atX, atY] = [mean(x), mean(y)]
  const product = mean(x.map((each, i) => (each - atX) * (y[i]! - atY)))
  const scale = Math.sqrt(mean(x.map((each) => (each - atX) ** 2)) * mean(y.map((each) => (each - atY) ** 2)))
  return scale === 0 ? 0 : Math.min(1, Math.max(-1, product / scale))
}
