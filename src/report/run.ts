import type { Event } from '../events/types.js'
import type { Architecture } from '../supernet/types.js'

/** A run's folder as one plain object; what an unfinished run has not written yet is null or empty. */
export interface Run {
  readonly config: RunConfig
  readonly events: readonly Event[]
  readonly schedule: readonly ScheduleSegment[]
  readonly architecture: Architecture | null
  readonly metrics: RunMetrics | null
  readonly timings: RunTimings | null
}

/** The λ of one term on one layer (`*`: the whole net) at the iterations from ≤ t < to. */
export interface ScheduleSegment {
  readonly from: number
  readonly to: number
  readonly layer: string
  readonly term: string
  readonly lambda: number
}

/** The resolved configuration, with the keys that a report reads by name. */
export interface RunConfig extends Readonly<Record<string, unknown>> {
  readonly name?: string
  readonly seed?: number
  readonly backend?: string
  readonly data?: { readonly source?: string; readonly file?: string }
  readonly supernet?: { readonly space?: string }
  readonly retrain?: {
    readonly distillation?: { readonly share?: number | string }
    readonly options?: object
    readonly auxiliary?: number
  }
  readonly criteria?: readonly RunCriterion[]
}

/** One condition for accepting the model, as the configuration states it. */
export interface RunCriterion {
  readonly metric: string
  readonly split?: string
  readonly atLeast?: number
  readonly atMost?: number
}

/** A number of a JSON file: JSON has null where a computation gave NaN, and a reader has nothing. */
export type Figure = number | null | undefined

/** `metrics.json`, with the keys that a report reads. */
export interface RunMetrics {
  readonly metric?: string
  readonly supernet?: { readonly parameters?: Figure; readonly flops?: Figure }
  readonly baseline?: {
    readonly parameters?: Figure
    readonly flops?: Figure
    readonly validation?: Figure
    readonly test?: Figure
    /** The share of the derived network's loss that compares with its outputs. */
    readonly teaches?: number
    /** Why it has no metrics. */
    readonly diverged?: string
  } | null
  readonly validation?: { readonly supernet?: Figure; readonly final?: Figure; readonly baseline?: Figure }
  readonly test?: { readonly final?: Figure; readonly supernet?: Figure; readonly baseline?: Figure }
  readonly gap?: { readonly jumps?: Figure; readonly derive?: Figure; readonly gatesDropped?: Figure }
  /** What the search took away, and a notice where that is hardly anything. */
  readonly removed?: {
    readonly members?: Figure
    readonly of?: Figure
    readonly left?: Figure
    readonly notice?: string | null
  }
  /** Bootstrap intervals of the figures. */
  readonly noise?: {
    readonly resamples?: Figure
    readonly validation?: RunNoise | null
    readonly test?: RunNoise | null
  }
  readonly derived?: { readonly parameters?: Figure; readonly flops?: Figure }
  /** What the architecture costs of the schedule's budget, where it has one. */
  readonly budget?: {
    readonly metric?: string
    readonly limit?: Figure
    readonly whole?: Figure
    readonly cost?: Figure
  }
  /** What was retrained under a tolerance, where the budget has one. */
  readonly tolerated?: {
    readonly tolerance?: Figure
    readonly attempts?: readonly {
      readonly size?: Figure
      readonly cost?: Figure
      readonly worse?: Figure
      readonly allowed?: Figure
      /** The measure, where it is not the metric's error alone. */
      readonly by?: string
      /** Why it was not compared. */
      readonly diverged?: string
    }[]
    readonly kept?: Figure
    readonly within?: boolean | null
  }
  /** What was kept at each size of its menu, where the budget has one. */
  readonly menu?: readonly {
    readonly size?: Figure
    readonly cost?: Figure
    readonly step?: Figure
    readonly before?: Figure
    readonly after?: Figure
  }[]
  /** Where the architecture stands in a tabular benchmark, if the configuration names one. */
  readonly benchmark?: {
    readonly table?: string
    readonly metric?: string
    readonly rank?: Figure
    readonly of?: Figure
    readonly regret?: Figure
    readonly percentile?: Figure
  }
  readonly criteria?: {
    readonly passed?: boolean
    /** In the order of the configuration's criteria. */
    readonly results?: readonly { readonly value?: Figure; readonly passed?: boolean }[]
  }
}

type RunInterval = readonly Figure[] | null | undefined

/** Intervals of one split. */
interface RunNoise {
  readonly of?: 'rows' | 'groups' | 'blocks' | 'stretches'
  readonly supernet?: RunInterval
  readonly baseline?: RunInterval
  readonly final?: RunInterval
  readonly difference?: { readonly value?: Figure; readonly interval?: RunInterval } | null
}

/** `timings.json`, with the keys that a report reads; seconds. */
export interface RunTimings {
  readonly searchSeconds?: Figure
  readonly baselineSeconds?: Figure
  readonly retrainSeconds?: Figure
}
