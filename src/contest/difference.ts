import { correctedTTest, mean, signFlipTest, type TTest } from './statistics.js'
import { errorIn } from './test-error.js'
import type { TrialRow } from './types.js'

/** Test errors of a method less those of another one, of trials with the same seed and so on the same rows. */
export interface PairedDifference {
  /** Seeds for which both have an error. */
  readonly pairs: number
  readonly mean: number
  /** The mean as a share of the other method's mean error; null where that is 0. */
  readonly relative: number | null
  /** p of the exact two-sided sign-flip test. */
  readonly signFlip: number
  /** The corrected resampled t-test; null of one pair. */
  readonly t: TTest | null
  /** Seeds with a smaller, the same and a larger error. */
  readonly wins: number
  readonly ties: number
  readonly losses: number
}

/** What came of a preregistered margin. */
export interface Verdict {
  readonly difference: PairedDifference | null
  /** The most that the mean difference may be: the margin's share of the other method's mean error. */
  readonly allowed: number | null
  /**
   * `shown`: the 95 % interval of the difference ends within the margin. `on average`: the mean is within it, and the
   * interval goes beyond. `not met`: the mean is beyond. `unknown`: there are no pairs.
   */
  readonly verdict: 'shown' | 'on average' | 'not met' | 'unknown'
}

interface Pair {
  readonly own: number
  readonly other: number
  /** Test rows over rows that were learnt from. */
  readonly testToTrain: number
}

/** The difference of two methods on one set; null where no seed has an error of both. */
export function differenceOf(own: readonly TrialRow[], others: readonly TrialRow[]): PairedDifference | null {
  const pairs = pairsOf(own, others)
  if (pairs.length === 0) return null
  const differences = pairs.map(({ own, other }) => own - other)
  const center = mean(differences)
  const scale = mean(pairs.map(({ other }) => other))
  const count = (is: (difference: number) => boolean) => differences.filter(is).length
  return {
    pairs: pairs.length,
    mean: center,
    relative: scale === 0 ? null : center / scale,
    signFlip: signFlipTest(differences),
    t: correctedTTest(differences, mean(pairs.map(({ testToTrain }) => testToTrain))),
    wins: count((each) => each < 0),
    ties: count((each) => each === 0),
    losses: count((each) => each > 0),
  }
}

/** Whether the errors of a method are at most a margin (a share) above those of another one. */
export function verdictOf(own: readonly TrialRow[], others: readonly TrialRow[], margin: number): Verdict {
  const difference = differenceOf(own, others)
  if (!difference) return { difference, allowed: null, verdict: 'unknown' }
  const allowed = margin * mean(pairsOf(own, others).map(({ other }) => other))
  const { mean: center, t } = difference
  const verdict = center > allowed ? 'not met' : t && t.interval[1] <= allowed ? 'shown' : 'on average'
  return { difference, allowed, verdict }
}

function pairsOf(rows: readonly TrialRow[], others: readonly TrialRow[]): Pair[] {
  const bySeed = new Map(others.map((row) => [row.seed, row]))
  return rows.flatMap((row) => {
    const matching = bySeed.get(row.seed)
    const [own, other] = [errorIn(row), matching ? errorIn(matching) : null]
    if (own === null || other === null || !row.rows) return []
    return [{ own, other, testToTrain: row.rows.tested / row.rows.learnt }]
  })
}
