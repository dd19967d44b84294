/** The mean of values; NaN for none. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** The variance of a sample, Σ(x − x̄)² / (n − 1); NaN for fewer than two values. */
export function variance(values: readonly number[]): number {
  const center = mean(values)
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0)
  return values.length < 2 ? NaN : squares / (values.length - 1)
}

/** The standard deviation of a sample; NaN for fewer than two values. */
export const deviation = (values: readonly number[]): number => Math.sqrt(variance(values))

/**
 * The most differences that the sign-flip test accepts. Half of them already have 2^20 sums; more would take
 * too long.
 */
export const mostSigns = 40

/**
 * The exact two-sided sign-flip test of paired differences (Fisher's randomization test): of all 2^n ways to
 * choose their signs, the share whose sum is at least as far from 0 as the observed sum. 1 for no
 * differences. Accepts at most `mostSigns` differences.
 */
export function signFlipTest(differences: readonly number[]): number {
  if (differences.length > mostSigns)
    throw new RangeError(`differences: expected at most ${mostSigns}, got ${differences.length}`)
  const seen = Math.abs(differences.reduce((sum, each) => sum + each, 0))
  // The same numbers summed in another order may differ by rounding.
  const bound = seen - 1e-12 * differences.reduce((sum, each) => sum + Math.abs(each), 0)
  if (bound <= 0) return 1
  const half = Math.floor(differences.length / 2)
  const far = pairsFrom(bound, signedSums(differences.slice(0, half)), signedSums(differences.slice(half)))
  // Flipping all signs negates a sum, so that the other tail has the same size.
  return (2 * far) / 2 ** differences.length
}

/** The sums of numbers under all choices of signs, ascending. */
function signedSums(numbers: readonly number[]): Float64Array {
  const sums = new Float64Array(2 ** numbers.length)
  for (let signs = 0; signs < sums.length; signs++)
    sums[signs] = numbers.reduce((sum, each, i) => sum + ((signs >> i) & 1 ? each : -each), 0)
  return sums.sort()
}

/** Counts the pairs, one element of each of two ascending lists, whose sum is at least a bound. */
function pairsFrom(bound: number, a: Float64Array, b: Float64Array): number {
  let pairs = 0
  let from = b.length
  for (const each of a) {
    while (from > 0 && each + b[from - 1]! >= bound) from--
    pairs += b.length - from
  }
  return pairs
}

/** The result of a t-test of paired differences. */
export interface TTest {
  /** The two-sided p-value. */
  readonly p: number
  /** The 95 % confidence interval of the mean difference. */
  readonly interval: readonly [number, number]
}

/**
 * The corrected resampled t-test of differences over repeated splits (Nadeau & Bengio 2003, Inference for the
 * generalization error): t = d̄ / √((1/n + test/train) s²) with n − 1 degrees of freedom. The splits share
 * rows, which the plain t-test ignores, so that it would overstate the certainty. `testToTrain` is the number
 * of test rows divided by the number of rows that were learnt from. Null for fewer than two differences.
 */
export function correctedTTest(differences: readonly number[], testToTrain: number): TTest | null {
  const n = differences.length
  if (n < 2) return null
  const center = mean(differences)
  const error = Math.sqrt((1 / n + testToTrain) * variance(differences))
  const reach = error * tQuantile(0.975, n - 1)
  const p = error > 0 ? 1 - withinT(Math.abs(center) / error, n - 1) : center === 0 ? 1 : 0
  return { p, interval: [center - reach, center + reach] }
}

/**
 * The probability that |T| ≤ t (t ≥ 0) for Student's T with a whole number of degrees of freedom, computed by
 * its finite series (Abramowitz & Stegun 26.7.3 and 26.7.4).
 */
export function withinT(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees))
  const [sine, square] = [Math.sin(angle), Math.cos(angle) ** 2]
  const odd = degrees % 2
  let term = odd ? Math.cos(angle) : 1
  let sum = degrees === 1 ? 0 : term
  for (let k = odd ? 3 : 2; k < degrees; k += 2) {
    term *= (square * (k - 1)) / k
    sum += term
  }
  return odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum
}

/** The quantile of Student's T for a probability in [½, 1). */
export function tQuantile(probability: number, degrees: number): number {
  const within = 2 * probability - 1
  let [low, high] = [0, 1]
  while (withinT(high, degrees) < within) high *= 2
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2
    if (withinT(middle, degrees) < within) low = middle
    else high = middle
  }
  return high
}

/** The ranks of values; the smallest has rank 1. Equal values share the mean of their ranks. */
export function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const less = values.filter((other) => other < value).length
    const same = values.filter((other) => other === value).length
    return less + (same + 1) / 2
  })
}
