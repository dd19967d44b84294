import type { Criterion } from '../config/criterion-schema.js'
import type { Event } from '../events/types.js'
import type { Architecture } from '../supernet/types.js'

/**
 * The folder of a run as a plain object. Parts that an unfinished run has not written yet are null or empty.
 */
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

/** The resolved configuration, typed as far as a report reads it. */
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
  readonly rivals?: readonly string[]
}

/** A condition for accepting the model, as in the configuration. */
export interface RunCriterion extends Partial<Omit<Criterion, 'metric' | 'split'>> {
  readonly metric: string
  readonly split?: string
}

/** A number in a JSON file: null if a computation gave NaN, undefined if it is missing. */
export type Figure = number | null | undefined

/** The part of `metrics.json` that a report reads. */
export interface RunMetrics {
  readonly metric?: string
  readonly supernet?: { readonly parameters?: Figure; readonly flops?: Figure }
  readonly baseline?: {
    readonly parameters?: Figure
    readonly flops?: Figure
    readonly validation?: Figure
    readonly test?: Figure
    /** The teacher's share of the derived network's loss. */
    readonly teaches?: number
    /** The reason why it has no metrics. */
    readonly diverged?: string
  } | null
  readonly validation?: { readonly supernet?: Figure; readonly final?: Figure; readonly baseline?: Figure }
  readonly test?: {
    readonly final?: Figure
    readonly supernet?: Figure
    readonly baseline?: Figure
    /** Metrics of the final network by name, and the class that those of one class are about. */
    readonly metrics?: Readonly<Record<string, Figure>>
    readonly positive?: string
    /** How many rows of each class were decided to be of each class. */
    readonly confusion?: {
      readonly classes: readonly string[]
      readonly rows: readonly (readonly number[])[]
    }
    /** What the decision comes to, beside taking the most probable class. */
    readonly decision?: {
      readonly chosenOn?: { readonly rows?: Figure; readonly positive?: Figure }
      readonly figures?: Readonly<Record<string, RunDecisionFigure>>
    }
  }
  /** How the model decides for a class, unless it takes the most probable one. */
  readonly decision?: { readonly threshold?: number; readonly by?: string; readonly validation?: Figure }
  readonly gap?: { readonly jumps?: Figure; readonly derive?: Figure; readonly gatesDropped?: Figure }
  /** What the search removed, with a notice if that is almost nothing. */
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
  /** The cost of the architecture and the schedule's budget, if there is one. */
  readonly budget?: {
    readonly metric?: string
    readonly limit?: Figure
    readonly whole?: Figure
    readonly cost?: Figure
  }
  /** What was retrained under a tolerance, if the budget has one. */
  readonly tolerated?: {
    readonly tolerance?: Figure
    /** `best` if sizes were compared with the best of them. */
    readonly against?: string
    readonly attempts?: readonly {
      readonly size?: Figure
      readonly cost?: Figure
      readonly worse?: Figure
      readonly allowed?: Figure
      /** The measure, if there are several. */
      readonly by?: string
      /** The reason why it was not compared. */
      readonly diverged?: string
    }[]
    readonly kept?: Figure
    readonly within?: boolean | null
  }
  /** What was kept at each size of the menu, if the budget has one. */
  readonly menu?: readonly {
    readonly size?: Figure
    readonly cost?: Figure
    readonly step?: Figure
    readonly before?: Figure
    readonly after?: Figure
  }[]
  /** The rank of the architecture in a tabular benchmark, if the configuration names one. */
  readonly benchmark?: {
    readonly table?: string
    readonly metric?: string
    readonly rank?: Figure
    readonly of?: Figure
    readonly regret?: Figure
    readonly percentile?: Figure
  }
  /** The rivals that the configuration asks for. */
  readonly rivals?: readonly RunRival[]
  readonly criteria?: {
    readonly passed?: boolean
    /** In the order of the configuration's criteria. */
    readonly results?: readonly {
      readonly value?: Figure
      readonly where?: string
      readonly passed?: boolean
    }[]
  }
}

/** A simple model beside the network. */
export interface RunRival {
  readonly name?: string
  readonly validation?: Figure
  readonly test?: Figure
  readonly parameters?: Figure
  readonly nodes?: Figure
  readonly rows?: Figure
  readonly period?: Figure
  readonly season?: string
  readonly noise?: {
    readonly validation?: RunRivalNoise | null
    readonly test?: RunRivalNoise | null
  }
}

interface RunRivalNoise {
  readonly interval?: RunInterval
  readonly difference?: { readonly value?: Figure; readonly interval?: RunInterval } | null
}

type RunInterval = readonly Figure[] | null | undefined

interface RunDecisionFigure {
  readonly value?: Figure
  readonly interval?: RunInterval
  readonly mostProbable?: Figure
}

/** Intervals of one split. */
interface RunNoise {
  readonly of?: 'rows' | 'groups' | 'blocks' | 'stretches'
  readonly supernet?: RunInterval
  readonly baseline?: RunInterval
  readonly final?: RunInterval
  readonly difference?: { readonly value?: Figure; readonly interval?: RunInterval } | null
}

/** The part of `timings.json` that a report reads, in seconds. */
export interface RunTimings {
  readonly searchSeconds?: Figure
  readonly baselineSeconds?: Figure
  readonly retrainSeconds?: Figure
  readonly rivalsSeconds?: Figure
}
