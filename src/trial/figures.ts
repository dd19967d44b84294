import type { Criterion } from '../config/criterion-schema.js'
import type { Resampling } from '../data/resampling.js'
import type { Decision } from '../data/types.js'
import type { Cost } from '../nn/cost.js'
import type { Graph } from '../nn/graph.js'
import type { Interval } from '../objective/bootstrap.js'
import type { MeasuredRows } from '../objective/metric.js'
import type { MetricName } from '../objective/metrics.js'
import type { Budget, Schedule } from '../schedule/types.js'
import type { SearchOutcome } from '../search/search.js'
import type { MenuEntry, MenuFigures } from '../search/state.js'
import type { DecisionFigures } from './decided-figures.js'
import type { RivalFigures } from './rivals/figures.js'
import type { Architecture, GateWeights, Supernet } from '../supernet/types.js'

/** What the validation rows say of the measures by which sizes are compared. */
export type Compared = Readonly<Partial<Record<MetricName, MeasuredRows>>>

/** What the rows of two splits say of a network's metric; null if a split is empty. */
export type MeasuredSplits = Readonly<Record<'validation' | 'test', MeasuredRows | null>>

/** The uncertainty of a metric: 95 % intervals by a bootstrap over the rows on which it was measured. */
export interface Noise {
  readonly resamples: number
  readonly validation: SplitNoise | null
  readonly test: SplitNoise | null
}

/** Intervals are null if there are too few rows for one, or no metric. */
export interface SplitNoise {
  /** What was drawn with replacement, and how many draws a resample has. */
  readonly of: Resampling['of']
  readonly draws: number
  readonly supernet: Interval | null
  readonly baseline: Interval | null
  readonly final: Interval | null
  /** The derived network's metric minus the baseline's, on the same resamples. */
  readonly difference: { readonly value: number; readonly interval: Interval | null } | null
}

/** Metrics at the end of a search; null if a split is empty. */
export interface SearchedFigures {
  /** The metrics of the supernet. */
  readonly validation: number | null
  readonly test: number | null
  /** The derived network's validation metric with gate values kept, and with gate values dropped. */
  readonly kept: number | null
  readonly dropped: number | null
  /** The supernet's metrics, row by row. */
  readonly measured: MeasuredSplits
}

/** A trained and pruned supernet as plain values, without tensors. */
export interface Searched {
  readonly reason: Exclude<SearchOutcome['reason'], 'interrupted'>
  /** The number of iterations done. */
  readonly steps: number
  /** The loss in metric, summed over all removals and projections. */
  readonly jumps: number
  /** The remaining supernet, and its weights by name. */
  readonly supernet: Supernet
  readonly weights: ReadonlyMap<string, Float32Array>
  /** Mixture weights of the remaining members, by group. */
  readonly gates: GateWeights
  /** The remaining supernet as an architecture. */
  readonly architecture: Architecture
  /** The architectures that were kept at the sizes of the menu. */
  readonly menu: readonly MenuEntry[]
  /** The schedule with the λ that was used. */
  readonly schedule: Schedule
  readonly figures: SearchedFigures
  /** If a planner tried whole searches: the number of schedules, and the total of their iterations. */
  readonly tried?: { readonly schedules: number; readonly steps: number }
  /** What the planner learnt, for other searches to start from. */
  readonly lesson?: unknown
}

export interface Retrained {
  /** The network up to its task output; an auxiliary classifier is only needed for training. */
  readonly graph: Graph
  /**
   * All parameters: those of the best validation metric or the last ones, as `retrain.keep` says; the last
   * ones if no evaluation has a metric.
   */
  readonly values: ReadonlyMap<string, Float32Array>
  readonly validation: number | null
  /** The number of steps after which the values were taken. */
  readonly bestStep: number
  /** By which the logits were divided, if they were calibrated. */
  readonly temperature?: number
  /** The mean loss of the steps before each evaluation, in order. */
  readonly losses: readonly { readonly step: number; readonly loss: number }[]
  readonly interrupted: boolean
}

/** An architecture of a search with its size and cost. */
export interface Sized {
  /**
   * The size by the menu's name; null is the architecture with which the search ended, 1 all of the supernet
   * that may stay.
   */
  readonly size: number | null
  readonly cost: number
  readonly architecture: Architecture
}

/**
 * A size that was retrained, and its validation error compared with that of the unpruned supernet or the best
 * size.
 */
export interface Attempt {
  readonly size: number | null
  readonly cost: number
  readonly validation: number | null
  /**
   * The error minus that of the other network, as a share of the latter (the difference itself if the latter
   * is 0), by the measure with the least left of what is allowed; null if there is nothing to compare.
   */
  readonly worse: number | null
  /**
   * How large `worse` may be: the tolerance or, if that is larger, one standard error of the difference
   * (`luckOfBest` of them against the best size), but at most `mostChance`.
   */
  readonly allowed: number | null
  /** The measure that decided, if there are several: the metric or cross-entropy. */
  readonly by?: MetricName
  /** The reason why it has no metric, if its training diverged. */
  readonly diverged?: string
}

/** The result of trying sizes under a tolerance. */
export interface Tolerated {
  readonly tolerance: number
  /** Present if sizes were compared with the best of them, and not with the unpruned supernet. */
  readonly against?: 'best'
  /** The attempts in the order in which they were made. */
  readonly attempts: readonly Attempt[]
  /** The size that was kept. The unpruned supernet has size 1, and is not among the attempts. */
  readonly kept: number | null
  /** Whether the size that was kept is within the tolerance; null if there was nothing to compare with. */
  readonly within: boolean | null
}

/** What a search removed. */
export interface Removed {
  /** Removed members of gate groups, and the number of members at the beginning. */
  readonly members: number
  readonly of: number
  /** The remaining share of the parameters that pruning could remove; null if it could remove none. */
  readonly left: number | null
  /** If nothing or almost nothing was removed: the reason, and what to change. */
  readonly notice: string | null
}

/** A criterion, and what was measured. */
export interface CriterionResult extends Omit<Criterion, 'metric' | 'split'> {
  readonly metric: string
  readonly split: string
  readonly value: number | null
  /** Of which class, group, column or output the value is, or of which values it was made. */
  readonly where?: string
  readonly passed: boolean
}

/** A discrete network, and the initial values of those parameters that are not drawn anew. */
export interface NetworkToRetrain {
  readonly graph: Graph
  readonly initial: ReadonlyMap<string, Float32Array>
}

/** The content of `metrics.json`. It contains no times. */
export interface TrialMetrics {
  readonly seed: number
  readonly backend: string
  readonly shards: number
  readonly supernet: Cost & { readonly name: string; readonly unprunableParameters: number }
  readonly baseline:
    | (Cost & {
        readonly validation: number | null
        readonly test: number | null
        /**
         * The teacher's share of the derived network's loss; absent if nothing learns from the unpruned
         * supernet.
         */
        readonly teaches?: number
        /** The reason why it has no metrics, if its training diverged. */
        readonly diverged?: string
      })
    | null
  readonly search: { readonly steps: number; readonly stopped: string }
  readonly retrain: {
    readonly bestStep: number
    /** By which logits were divided. */ readonly temperature?: number
  }
  readonly metric: MetricName
  readonly validation: {
    readonly supernet: number | null
    readonly derivedBeforeRetrain: number | null
    readonly derivedGatesDropped: number | null
    readonly final: number | null
  }
  /** The loss in metric (positive is worse): summed over removals, by deriving, and by setting gates to 1. */
  readonly gap: {
    readonly jumps: number
    readonly derive: number | null
    readonly gatesDropped: number | null
  }
  /** `metrics` and what follows are of the final network; absent without test rows, and in older runs. */
  readonly test: {
    readonly supernet: number | null
    readonly final: number | null
    /** Every listed metric; null where the rows do not define it. */
    readonly metrics?: Readonly<Partial<Record<MetricName, number | null>>>
    /** The class that metrics of one class are about. */
    readonly positive?: string
    /** How many rows of each class (first axis) were decided to be of each class. */
    readonly confusion?: {
      readonly classes: readonly string[]
      readonly rows: readonly (readonly number[])[]
    }
    /** What the decision comes to, if another class than the most probable one may be decided for. */
    readonly decision?: DecisionFigures
  }
  /**
   * Present only if the schedule has a budget: the limit, the cost of the architecture, and the costs of the
   * smallest legal architecture and of the whole supernet.
   */
  readonly budget?: Omit<Budget, 'menu' | 'tolerance' | 'against'> & { readonly cost: number }
  /**
   * Present only if the budget has a menu: what was kept at each size during the search, before any
   * retraining.
   */
  readonly menu?: readonly MenuFigures[]
  /** Present only if the budget has a tolerance: what was retrained, and which size was kept. */
  readonly tolerated?: Tolerated
  readonly removed: Removed
  readonly noise: Noise
  readonly derived: Cost & { readonly sparsityByLayer: Record<string, number> }
  readonly criteria: { readonly passed: boolean; readonly results: readonly CriterionResult[] }
  /** How the model decides for a class; absent where the most probable one is taken. */
  readonly decision?: Decision
  /** Present only if the configuration names a benchmark. */
  readonly benchmark?: BenchmarkFigures
  /** Present only if the configuration asks for rivals: those that the data suit, in its order. */
  readonly rivals?: readonly RivalFigures[]
}

/** `metrics.json` as it is read back: older runs lack these two keys. */
export type KeptMetrics = Omit<TrialMetrics, 'removed' | 'noise'> &
  Partial<Pick<TrialMetrics, 'removed' | 'noise'>>

/** The rank of the found architecture in a tabular benchmark; null if the table does not contain it. */
export interface BenchmarkFigures {
  /** The name of the table's file. */
  readonly table: string
  readonly metric: string
  /** The architecture as the space writes it. */
  readonly architecture: string
  /** How the row was found. `isomorphic`: the row belongs to the same network, written differently. */
  readonly matched: 'exact' | 'isomorphic' | null
  /** The architecture's row of the table. */
  readonly row: Readonly<Record<string, unknown>> | null
  readonly value: number | null
  readonly best: number
  /** The regret, |best − value|. */
  readonly regret: number | null
  /** The rank; 1 is the best. */
  readonly rank: number | null
  /** The number of architectures that have a value. */
  readonly of: number
  /** The percentage of the other architectures that are not better. */
  readonly percentile: number | null
}

/** The retrained unpruned supernet and its figures. */
export interface Baseline {
  /**
   * A hash of everything that its training depends on: equal for trials that differ only in their schedule.
   */
  readonly of: string
  readonly figures: NonNullable<TrialMetrics['baseline']>
  /** Null if its training diverged. */
  readonly measured: MeasuredSplits | null
  /** The measures with which smaller sizes are compared; empty if its training diverged. */
  readonly compared: Compared
  /** The network itself, from which others learn; absent if its training diverged. */
  readonly retrained?: Retrained
  /** Further networks like it, with seeds of their own, which teach beside it. */
  readonly others?: readonly Retrained[]
}
