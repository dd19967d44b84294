import type { Criterion } from '../config/criterion-schema.js'
import type { Event } from '../events/types.js'
import type { Architecture } from '../supernet/types.js'
import type { TrialMetrics } from '../trial/figures.js'

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

/**
 * What was written to a file, as it is read back: an older run may lack any part,
 * another version may use other words, and NaN was written as null.
 */
export type ReadBack<T> = unknown extends T
  ? T
  : T extends number
    ? Figure
    : T extends string
      ? string
      : T extends boolean | null
        ? T
        : T extends readonly (infer Each)[]
          ? readonly ReadBack<Each>[]
          : { readonly [Name in keyof T]?: ReadBack<T[Name]> }

/** `metrics.json` of a run. The first runs kept the unpruned network's figures beside those of the others. */
export type RunMetrics = ReadBack<
  Omit<TrialMetrics, 'validation' | 'test'> & {
    readonly validation: TrialMetrics['validation'] & { readonly baseline?: number }
    readonly test: TrialMetrics['test'] & { readonly baseline?: number }
  }
>

/** A simple model beside the network. */
export type RunRival = NonNullable<RunMetrics['rivals']>[number]

/** The part of `timings.json` that a report reads, in seconds. */
export interface RunTimings {
  readonly searchSeconds?: Figure
  readonly baselineSeconds?: Figure
  readonly retrainSeconds?: Figure
  readonly rivalsSeconds?: Figure
}
