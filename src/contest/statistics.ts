/** The mean of some values; NaN of none. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** The variance of a sample, Σ(x − x̄)² / (n − 1); NaN of fewer than two values. */
export function variance(values: readonly number[]): number {
  const center = mean(values)
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0)
  return values.length < 2 ? NaN : squares / (values.length - 1)
}

/** The standard deviation of a sample; NaN of fewer than two values. */
export const deviation = (values: readonly number[]): number => Math.sqrt(variance(values))

/** More differences than this would take too long to count all signs of: half of them are 2^20 sums. */
export const mostSigns = 40

/**
 * The exact two-sided sign-flip test of paired differences (Fisher's randomization test): of all 2^n ways to give them signs,
 * the share whose sum is as far from 0 as the real one. 1 of no differences. Takes at most `mostSigns` of them.
 */
export function signFlipTest(differences: readonly number[]): number {
  if (differences.length > mostSigns)
    throw new RangeError(`differences: expected at most ${mostSigns}, got ${differences.length}`)
  const seen = Math.abs(differences.reduce((sum, each) => sum + each, 0))
  // Sums of the same numbers in another order differ by rounding.
  const bound = seen - 1e-12 * differences.reduce((sum, each) => sum + Math.abs(each), 0)
  if (bound <= 0) return 1
  const half = Math.floor(differences.length / 2)
  const far = pairsFrom(bound, signedSums(differences.slice(0, half)), signedSums(differences.slice(half)))
  // With all signs turned around, a sum is as far on the other side.
  return (2 * far) / 2 ** differences.length
}

/** The sums of some numbers under all signs, ascending. */
function signedSums(numbers: readonly number[]): Float64Array {
  const sums = new Float64Array(2 ** numbers.length)
  for (let signs = 0; signs < sums.length; signs++)
    sums[signs] = numbers.reduce((sum, each, i) => sum + ((signs >> i) & 1 ? each : -each), 0)
  return sums.sort()
}

/** How many pairs out of two ascending lists add up to at least a bound. */
function pairsFrom(bound: number, a: Float64Array, b: Float64Array): number {
  let pairs = 0
  let from = b.length
  for (const each of a) {
    while (from > 0 && each + b[from - 1]! >= bound) from--
    pairs += b.length - from
  }
  return pairs
}

/** What a t-test says of paired differences. */
export interface TTest {
  /** Two-sided. */
  readonly p: number
  /** The 95 % interval of the mean difference. */
  readonly interval: readonly [number, number]
}

/**
 * The corrected resampled t-test of differences over repeated splits (Nadeau & Bengio 2003, Inference for the generalization
 * error): t = d̄ / √((1/n + test/train) s²) with n − 1 degrees of freedom. Splits share rows, so that the plain test
 * would take differences for more certain than they are. `testToTrain` is the test rows over the rows that were learnt
 * from. Null for fewer than two differences.
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
 * The probability that |T| ≤ t (≥ 0) for Student's T with a whole number of degrees of freedom, by its finite series
 * (Abramowitz & Stegun 26.7.3 and 26.7.4).
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

/** The t below which Student's T lies with a probability from ½ on, below 1. */
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

/** Ranks of values, the least first: 1, 2, …; equal values share the mean of their places. */
export function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const less = values.filter((other) => other < value).length
    const same = values.filter((other) => other === value).length
    return less + (same + 1) / 2
  })
}
