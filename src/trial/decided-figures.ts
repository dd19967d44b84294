import type { Interval } from '../objective/bootstrap.js'

/** What a decision comes to on the test rows, beside taking the most probable class. */
export interface DecisionFigures {
  /** The rows on which a threshold was chosen, and how many of them are of the positive class. */
  readonly chosenOn?: { readonly rows: number; readonly positive: number }
  /** By name: precision, recall and f1 of the positive class of two, or figures of all classes, and the cost. */
  readonly figures: Readonly<Record<string, DecisionFigure>>
}

/** A figure of decisions on the test rows; null where these do not define it. */
export interface DecisionFigure {
  readonly value: number | null
  /** 95 % of the resamples of the rows; null with too few. */
  readonly interval: Interval | null
  /** The same figure if the most probable class were decided for. */
  readonly mostProbable: number | null
}
