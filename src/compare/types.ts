import type { MetricName } from '../objective/metrics.js'

/** Identifies a trial in a comparison. */
export interface Place {
  readonly set: string
  /** The number of rows to which the set is limited; `all` if there is no limit. */
  readonly size: number | 'all'
  readonly method: string
  readonly seed: number
}

/** The results of a method in one trial. Metrics are null if they are not numbers. */
export interface TrialFigures {
  readonly metric: MetricName
  readonly validation: number | null
  readonly test: number | null
  readonly parameters: number
  readonly flops: number
  /** Parameters of the result divided by those of the supernet. */
  readonly share: number
  /** Iterations of the search, including those that a planner tried; 0 for methods that are not searches. */
  readonly searchSteps: number
  /** The number of sizes that were retrained under a tolerance; 0 without a tolerance. */
  readonly sizesTried: number
}

/** How stable the result of a trial is. Null if there is too little to tell. */
export interface TrialStability {
  /** The standard deviation of the test metric over 200 bootstrap resamples of the test rows. */
  readonly bootstrap: number | null
  /** The standard deviation of the training losses at the evaluations in the last tenth of the last training. */
  readonly losses: number | null
}

/**
 * What is left of a supernet, by gate group: the names of members, or how many units of a layer,
 * which are interchangeable.
 */
export type Kept = Readonly<Record<string, readonly string[] | number>>

/** Which rows a trial used. */
export interface TrialRows {
  /** A hash of the rows of each part: equal for all methods of one set, size and seed. */
  readonly hash: string
  /** The number of rows of `train` and `arch` together, and of `test`. */
  readonly learnt: number
  readonly tested: number
}

/**
 * Seconds of the parts of a trial. `baseline` is null if the unpruned supernet was not trained or was taken
 * from another trial.
 */
export interface TrialSeconds {
  readonly search: number
  readonly baseline: number | null
  readonly retrain: number
  /** The median time of a prediction for one row, after training; absent if none was measured. */
  readonly predict?: number
  /** Whether the unpruned supernet was taken from another trial; absent otherwise. */
  readonly shared?: true
}

/** A trial that has ended, as a store keeps it. */
export interface TrialRow extends Place {
  /** The hash of its resolved configuration. */
  readonly key: string
  /** Null if the trial failed; `failed` then gives the reason. */
  readonly figures: TrialFigures | null
  /** Absent in rows of earlier versions, and for methods that tell nothing of it. */
  readonly stability?: TrialStability
  readonly kept?: Kept
  readonly rows: TrialRows | null
  readonly seconds: TrialSeconds | null
  readonly failed: string | null
}

/** Whether two trials have the same rows: those of one set, size and seed. */
export const onSameRows = (a: Place, b: Place): boolean =>
  a.set === b.set && a.size === b.size && a.seed === b.seed

/** Compares texts by their code units, so that the order is the same on every machine. */
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const sizeOf = ({ size }: Place): number => (size === 'all' ? Infinity : size)

/** Orders rows by set, size, method and seed. */
export const byPlace = (a: Place, b: Place): number =>
  byText(a.set, b.set) ||
  // Infinity − Infinity is NaN.
  (sizeOf(a) === sizeOf(b) ? 0 : sizeOf(a) - sizeOf(b)) ||
  byText(a.method, b.method) ||
  a.seed - b.seed

/** A place as text: `concrete, 300 rows, auto, seed 1`. */
export const placeText = ({ set, size, method, seed }: Place): string =>
  [set, ...(size === 'all' ? [] : [`${size} rows`]), method, `seed ${seed}`].join(', ')
