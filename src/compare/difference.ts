import { effectSize, type EffectSize } from './effect-size.js'
import { spreadRatio, type SpreadRatio } from './spread-ratio.js'
import { correctedTTest, mean, signFlipTest, type TTest } from './statistics.js'
import { errorIn } from './test-error.js'
import type { TrialRow } from './types.js'

/** Test errors of one method minus those of another, paired by seed, so that both have the same rows. */
export interface PairedDifference {
  /** The number of seeds for which both methods have an error. */
  readonly pairs: number
  readonly mean: number
  /** The mean as a share of the other method's mean error; null if that error is 0. */
  readonly relative: number | null
  /** The p-value of the exact two-sided sign-flip test. */
  readonly signFlip: number
  /** The corrected resampled t-test; null for a single pair. */
  readonly t: TTest | null
  /** The mean in standard deviations; null for a single pair, or if all differences are equal. */
  readonly effect: EffectSize | null
  /** How much the errors vary over seeds, compared with the other's; null for fewer than three pairs. */
  readonly spread: SpreadRatio | null
  /** The number of seeds with a smaller, an equal and a larger error. */
  readonly wins: number
  readonly ties: number
  readonly losses: number
}

/** The result of testing a preregistered margin. */
export interface MarginVerdict {
  readonly difference: PairedDifference | null
  /** The largest mean difference that is allowed: the margin times the other method's mean error. */
  readonly allowed: number | null
  /**
   * `shown`: the 95 % interval of the difference ends within the margin. `on average`: only the mean is
   * within the margin. `not met`: the mean exceeds the margin. `unknown`: there are no pairs.
   */
  readonly verdict: 'shown' | 'on average' | 'not met' | 'unknown'
}

interface Pair {
  readonly error: number
  readonly other: number
  /** The number of test rows divided by the number of rows that were learnt from. */
  readonly testToTrain: number
}

/** Compares two methods on one set; null if no seed has an error of both. */
export function differenceOf(
  rows: readonly TrialRow[],
  others: readonly TrialRow[],
): PairedDifference | null {
  const pairs = pairsOf(rows, others)
  if (pairs.length === 0) return null
  const differences = pairs.map(({ error, other }) => error - other)
  const center = mean(differences)
  const scale = mean(pairs.map(({ other }) => other))
  const testToTrain = mean(pairs.map((pair) => pair.testToTrain))
  const count = (is: (difference: number) => boolean) => differences.filter(is).length
  return {
    pairs: pairs.length,
    mean: center,
    relative: scale === 0 ? null : center / scale,
    signFlip: signFlipTest(differences),
    t: correctedTTest(differences, testToTrain),
    effect: effectSize(differences, testToTrain),
    spread: spreadRatio(pairs),
    wins: count((each) => each < 0),
    ties: count((each) => each === 0),
    losses: count((each) => each > 0),
  }
}

/** Tests whether the mean error of a method exceeds that of another by at most a margin, given as a share. */
export function marginVerdict(
  rows: readonly TrialRow[],
  others: readonly TrialRow[],
  margin: number,
): MarginVerdict {
  const difference = differenceOf(rows, others)
  if (!difference) return { difference, allowed: null, verdict: 'unknown' }
  const allowed = margin * mean(pairsOf(rows, others).map(({ other }) => other))
  const { mean: center, t } = difference
  const verdict = center > allowed ? 'not met' : t && t.interval[1] <= allowed ? 'shown' : 'on average'
  return { difference, allowed, verdict }
}

function pairsOf(rows: readonly TrialRow[], others: readonly TrialRow[]): Pair[] {
  const bySeed = new Map(others.map((row) => [row.seed, row]))
  return rows.flatMap((row) => {
    const matching = bySeed.get(row.seed)
    const [error, other] = [errorIn(row), matching ? errorIn(matching) : null]
    if (error === null || other === null || !row.rows) return []
    return [{ error, other, testToTrain: row.rows.tested / row.rows.learnt }]
  })
}
