import { aboveF, rangeBelow, solve } from './distributions.js'
import { mostSigns, ranks, signFlipTest } from './statistics.js'

/** Methods over several data sets, as Demšar (2006, JMLR 7:1–30) compares classifiers. */
export interface CriticalDifference {
  /** The number of data sets. */
  readonly sets: number
  /** The p of Friedman's test in the form of Iman and Davenport: whether all methods may be equal. */
  readonly p: number
  /** Nemenyi's critical difference of mean ranks at 5 %. */
  readonly difference: number
  /** Methods whose mean ranks are within the critical difference of each other, the longest runs only. */
  readonly alike: readonly (readonly string[])[]
  /**
   * Each method against `against`: Wilcoxon's exact signed-rank test of the relative differences of mean
   * errors, by Holm's correction over all of these.
   */
  readonly pairs: readonly { readonly method: string; readonly p: number; readonly holm: number }[]
}

/** A method, its mean rank, and its mean error on each set; null where it has none. */
export interface RankedMethod {
  readonly method: string
  readonly rank: number
  readonly errors: readonly (number | null)[]
}

/** Compares methods over data sets; null for fewer than two of either. */
export function criticalDifference(
  methods: readonly RankedMethod[],
  against: string,
): CriticalDifference | null {
  const [n, k] = [methods[0]?.errors.length ?? 0, methods.length]
  if (n < 2 || k < 2) return null
  const difference = nemenyi(k) * Math.sqrt((k * (k + 1)) / (6 * n))
  return {
    sets: n,
    p: friedman(
      methods.map(({ rank }) => rank),
      n,
    ),
    difference,
    alike: alikeWithin(methods, difference),
    pairs: holm(
      methods
        .filter(({ method }) => method !== against)
        .map(({ method, errors }) => ({
          method,
          p: wilcoxon(errors, methods.find((other) => other.method === against)!.errors),
        })),
    ),
  }
}

/** The p of Iman and Davenport's F = (n − 1) χ² / (n (k − 1) − χ²), from Friedman's χ² of mean ranks. */
export function friedman(meanRanks: readonly number[], n: number): number {
  const k = meanRanks.length
  const squares = meanRanks.reduce((sum, rank) => sum + rank * rank, 0)
  const chi = ((12 * n) / (k * (k + 1))) * (squares - (k * (k + 1) ** 2) / 4)
  const rest = n * (k - 1) - chi
  if (rest > 1e-9) return aboveF(((n - 1) * chi) / rest, k - 1, (k - 1) * (n - 1))
  // All sets rank the methods alike, and F is infinite. The chance of that is exact: one order of k! each.
  let orders = 1
  for (let i = 2; i <= k; i++) orders *= i
  return orders ** (1 - n)
}

/** The 5 % quantile for Nemenyi's test: of the studentized range of k means, divided by √2. */
export const nemenyi = (k: number): number => solve((q) => rangeBelow(q, k), 0.95, 0, 20) / Math.SQRT2

/** The longest runs of at least two methods, by rank, whose first and last are within a difference. */
function alikeWithin(methods: readonly RankedMethod[], difference: number): string[][] {
  const sorted = [...methods].sort((a, b) => a.rank - b.rank)
  const ends = sorted.map(({ rank }) => sorted.filter((other) => other.rank - rank <= difference).length)
  return ends.flatMap((end, i) =>
    end - i >= 2 && end > (ends[i - 1] ?? 0) ? [sorted.slice(i, end).map(({ method }) => method)] : [],
  )
}

/**
 * Wilcoxon's exact two-sided signed-rank test of the differences 2 (a − b) / (a + b), over the sets on which
 * both have an error. NaN for more than `mostSigns` sets.
 */
export function wilcoxon(errors: readonly (number | null)[], others: readonly (number | null)[]): number {
  const differences = errors.flatMap((a, i) => {
    const b = others[i] ?? null
    return a === null || b === null || a === b ? [] : [(2 * (a - b)) / (a + b)]
  })
  if (differences.length > mostSigns) return NaN
  const places = ranks(differences.map(Math.abs))
  return signFlipTest(differences.map((each, i) => Math.sign(each) * places[i]!))
}

/** Holm's step-down correction: the i-th smallest of m p, times m − i, at least the one before it. */
export function holm<T extends { readonly p: number }>(
  tests: readonly T[],
): (T & { readonly holm: number })[] {
  const sorted = [...tests].sort((a, b) => a.p - b.p)
  const corrected = sorted.map(({ p }, i) => Math.min(1, p * (sorted.length - i)))
  return tests.map((test) => ({
    ...test,
    holm: Math.max(...corrected.slice(0, sorted.indexOf(test) + 1)),
  }))
}
