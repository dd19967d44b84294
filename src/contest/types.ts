import type { MetricName } from '../objective/metrics.js'

/** Where a trial stands in a comparison. */
export interface Place {
  readonly set: string
  /** Rows of the set that were taken; `all` where there is no limit. */
  readonly size: number | 'all'
  readonly method: string
  readonly seed: number
}

/** What a method came to in a trial. Metrics are null where they are no numbers. */
export interface TrialFigures {
  readonly metric: MetricName
  readonly validation: number | null
  readonly test: number | null
  readonly parameters: number
  readonly flops: number
  /** Parameters as a share of the supernet's. */
  readonly share: number
  /** Iterations of the search, those of a planner's tries among them; 0 of what is no search. */
  readonly searchSteps: number
  /** Sizes that were retrained under a tolerance; 0 where there is none. */
  readonly sizesTried: number
}

/** The rows of a trial. */
export interface TrialRows {
  /** Hash of which rows are for what: methods of one set, size and seed have the same. */
  readonly hash: string
  /** Rows of `train` and `arch`, and of `test`. */
  readonly learnt: number
  readonly tested: number
}

/** Seconds of the parts of a trial; null for the unpruned supernet where it was not trained, or taken over. */
export interface TrialSeconds {
  readonly search: number
  readonly baseline: number | null
  readonly retrain: number
}

/** A trial that is over, as a store keeps it. */
export interface TrialRow extends Place {
  /** Hash of its resolved configuration. */
  readonly key: string
  /** Null where it failed, and `failed` says why. */
  readonly figures: TrialFigures | null
  readonly rows: TrialRows | null
  readonly seconds: TrialSeconds | null
  readonly failed: string | null
}

/** Compares texts by their code units: the same order on every machine. */
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const sizeOf = ({ size }: Place): number => (size === 'all' ? Infinity : size)

/** The order of rows: by set, size, method and seed. */
export const byPlace = (a: Place, b: Place): number =>
  byText(a.set, b.set) ||
  // Infinity less itself is no number.
  (sizeOf(a) === sizeOf(b) ? 0 : sizeOf(a) - sizeOf(b)) ||
  byText(a.method, b.method) ||
  a.seed - b.seed

/** A place in words: `concrete, 300 rows, auto, seed 1`. */
export const placeText = ({ set, size, method, seed }: Place): string =>
  [set, ...(size === 'all' ? [] : [`${size} rows`]), method, `seed ${seed}`].join(', ')
