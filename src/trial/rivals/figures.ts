import type { Interval } from '../../objective/bootstrap.js'

/** How large a rival became. */
export interface RivalSize {
  /** The numbers that it learnt, unless it is made of trees. */
  readonly parameters?: number
  /** The nodes of its trees, leaves included, and in how many rounds they were grown. */
  readonly nodes?: number
  readonly rounds?: number
  /** The rows that it learnt from, if they are not all that the network was retrained on. */
  readonly rows?: number
  /** The steps of the season that it repeats, and how they are known. */
  readonly period?: number
  readonly season?: string
}

/** What `metrics.json` says of a rival, in the run's metric; null where a split is empty. */
export interface RivalFigures extends RivalSize {
  readonly name: string
  readonly validation: number | null
  readonly test: number | null
  /** How uncertain that is: 95 % intervals over the same resamples as those of the network. */
  readonly noise: Readonly<Record<'validation' | 'test', RivalNoise | null>>
}

/** The uncertainty of a rival on one split; intervals are null with too few rows. */
export interface RivalNoise {
  readonly interval: Interval | null
  /** The derived network's metric minus the rival's. */
  readonly difference: { readonly value: number; readonly interval: Interval | null } | null
}
