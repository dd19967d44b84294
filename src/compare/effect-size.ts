import { noncentralBelow, solve } from './distributions.js'
import { mean, variance } from './statistics.js'

/** The size of a difference in standard deviations of the paired differences. */
export interface EffectSize {
  /** d_z, the mean difference divided by the standard deviation of the differences. */
  readonly dz: number
  /** The 95 % confidence interval. */
  readonly interval: readonly [number, number]
}

/** Beyond this the noncentrality is not looked for: the interval would say no more. */
const farthest = 200

/**
 * Cohen's d_z with its interval by the noncentral t distribution (Cumming & Finch 2001): the values of
 * d_z for which the observed t would be in the outer 2.5 %. t is that of the corrected resampled test, with
 * 1 / (1/n + test/train) in place of n, so that the interval excludes 0 exactly where that test has p < 0.05.
 * Null for fewer than two differences, or if they are all equal.
 */
export function effectSize(differences: readonly number[], testToTrain: number): EffectSize | null {
  const n = differences.length
  const spread = Math.sqrt(variance(differences))
  if (n < 2 || !(spread > 0)) return null
  const dz = mean(differences) / spread
  const root = 1 / Math.sqrt(1 / n + testToTrain)
  const t = dz * root
  // The probability falls as δ rises.
  const bound = (probability: number) =>
    solve((delta) => -noncentralBelow(t, n - 1, delta), -probability, t - farthest, t + farthest) / root
  return { dz, interval: [bound(0.975), bound(0.025)] }
}
