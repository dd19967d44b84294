import type { Resampling } from '../data/resampling.js'
import type { Cost } from '../nn/cost.js'
import type { Graph } from '../nn/graph.js'
import type { Interval } from '../objective/bootstrap.js'
import type { MetricName, RowSums } from '../objective/metrics.js'
import type { Budget, Schedule } from '../schedule/types.js'
import type { SearchResult } from '../search/search.js'
import type { MenuEntry, MenuFigures } from '../search/state.js'
import type { Architecture, GateWeights, Supernet } from '../supernet/types.js'

/** What each validation row adds to the measures that sizes are compared by. */
export type Compared = Readonly<Partial<Record<MetricName, RowSums>>>

/** What each row of two splits adds to the metric of a network; null if a split is empty. */
export type Measured = Readonly<Record<'validation' | 'test', RowSums | null>>

/** How much of a metric is chance: 95 % intervals by a bootstrap over the rows that it was measured on. */
export interface Noise {
  readonly resamples: number
  readonly validation: SplitNoise | null
  readonly test: SplitNoise | null
}

/** Intervals are null if there are too few rows for one, or no metric. */
export interface SplitNoise {
  /** What was drawn with replacement, and how many of them. */
  readonly of: Resampling['of']
  readonly draws: number
  readonly supernet: Interval | null
  readonly baseline: Interval | null
  readonly final: Interval | null
  /** The derived network's metric less the baseline's, on the same resamples. */
  readonly difference: { readonly value: number; readonly interval: Interval | null } | null
}

/** Metrics at the end of a search; null where a split is empty. */
export interface SearchedFigures {
  /** The supernet's. */
  readonly validation: number | null
  readonly test: number | null
  /** The derived network's on validation, with gate values kept and dropped. */
  readonly kept: number | null
  readonly dropped: number | null
  /** The supernet's metrics, row by row. */
  readonly measured: Measured
}

/** A supernet that was trained and pruned: values alone, no tensors. */
export interface Searched {
  readonly reason: Exclude<SearchResult['reason'], 'interrupted'>
  /** Iterations done. */
  readonly steps: number
  /** The metric lost, summed over every removal and projection. */
  readonly jumps: number
  /** What is left of the supernet, and its weights by name. */
  readonly supernet: Supernet
  readonly weights: ReadonlyMap<string, Float32Array>
  /** Mixture weights of the members left, by group. */
  readonly gates: GateWeights
  /** The same as an architecture. */
  readonly architecture: Architecture
  /** What was kept at the sizes of the menu. */
  readonly menu: readonly MenuEntry[]
  /** With the λ that was used. */
  readonly schedule: Schedule
  readonly figures: SearchedFigures
  /** Where a planner tried whole searches: how many schedules, and in how many iterations all together. */
  readonly tried?: { readonly schedules: number; readonly steps: number }
  /** What the planner found, for other searches to start from. */
  readonly lesson?: unknown
}

export interface Retrained {
  /** The network up to its task output: an auxiliary classifier has served. */
  readonly graph: Graph
  /** All parameters at the best validation metric, or the last ones: as `retrain.keep` says, and where no evaluation has one. */
  readonly values: ReadonlyMap<string, Float32Array>
  readonly validation: number | null
  /** The steps that they took. */
  readonly bestStep: number
  readonly interrupted: boolean
}

/** An architecture of a search, larger than another one or smaller. */
export interface Sized {
  /** As the menu names it; null: what the search ended with; 1: all of the supernet that may stay. */
  readonly size: number | null
  readonly cost: number
  readonly architecture: Architecture
}

/** A size that was retrained, and its validation error compared with that of the unpruned supernet. */
export interface Attempt {
  readonly size: number | null
  readonly cost: number
  readonly validation: number | null
  /**
   * The error minus that of the unpruned supernet, as a share of the latter (the difference itself if the
   * latter is 0), by the measure with the least left of what is allowed; null if there is nothing to compare.
   */
  readonly worse: number | null
  /** How much that may be: the tolerance, or one standard error of the difference where that is larger, up to `mostChance`. */
  readonly allowed: number | null
  /** That measure, if there are several: accuracy and cross-entropy. */
  readonly by?: MetricName
  /** Why it has no metric: its training diverged. */
  readonly diverged?: string
}

/** What trying came to. */
export interface Tolerated {
  readonly tolerance: number
  /** In the order in which they were tried. */
  readonly attempts: readonly Attempt[]
  /** The size that was kept; 1, which is not among those tried, is the unpruned supernet. */
  readonly kept: number | null
  /** Whether it is within the tolerance; null if there was nothing to compare with. */
  readonly within: boolean | null
}

/** What a search took away. */
export interface Removed {
  /** Members of gate groups that are gone, and how many the search began with. */
  readonly members: number
  readonly of: number
  /** The share that is left of the parameters that pruning could remove; null if it could remove none. */
  readonly left: number | null
  /** Where that is nothing, or almost nothing: what was seen, and what to change. */
  readonly notice: string | null
}

export interface CriterionResult {
  readonly metric: string
  readonly split: string
  readonly atLeast?: number
  readonly atMost?: number
  readonly value: number | null
  readonly passed: boolean
}

/** A discrete network, and its initial values as far as they are not drawn afresh. */
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
        /** The share of the derived network's loss that compares with its outputs; absent if nothing learns from it. */
        readonly teaches?: number
        /** Why it has no metrics: its training diverged. */
        readonly diverged?: string
      })
    | null
  readonly search: { readonly steps: number; readonly stopped: string }
  readonly retrain: { readonly bestStep: number }
  readonly metric: MetricName
  readonly validation: {
    readonly supernet: number | null
    readonly derivedBeforeRetrain: number | null
    readonly derivedGatesDropped: number | null
    readonly final: number | null
  }
  /** Metric lost (positive: worse), summed over removals; by deriving; by setting gates to 1. */
  readonly gap: {
    readonly jumps: number
    readonly derive: number | null
    readonly gatesDropped: number | null
  }
  readonly test: { readonly supernet: number | null; readonly final: number | null }
  /**
   * Only if the schedule has a budget: the limit, the cost of the architecture, and the least and the whole
   * cost.
   */
  readonly budget?: Omit<Budget, 'menu' | 'tolerance'> & { readonly cost: number }
  /** Only if the budget has a menu: what was kept at each size during the search, before any retraining. */
  readonly menu?: readonly MenuFigures[]
  /** Only if the budget has a tolerance: what was retrained, and which of it was kept. */
  readonly tolerated?: Tolerated
  readonly removed: Removed
  readonly noise: Noise
  readonly derived: Cost & { readonly sparsityByLayer: Record<string, number> }
  readonly criteria: { readonly passed: boolean; readonly results: readonly CriterionResult[] }
  /** Only if the configuration names a benchmark. */
  readonly benchmark?: BenchmarkFigures
}

/** `metrics.json` as it is read back: runs of before had neither of the two. */
export type KeptMetrics = Omit<TrialMetrics, 'removed' | 'noise'> &
  Partial<Pick<TrialMetrics, 'removed' | 'noise'>>

/** The rank of the found architecture in a tabular benchmark; null if the table does not contain it. */
export interface BenchmarkFigures {
  /** The file's name. */
  readonly table: string
  readonly metric: string
  /** As the space writes it. */
  readonly architecture: string
  /** `isomorphic`: the row belongs to the same network, written differently. */
  readonly matched: 'exact' | 'isomorphic' | null
  /** The table's row. */
  readonly row: Readonly<Record<string, unknown>> | null
  readonly value: number | null
  readonly best: number
  /** |best − value|. */
  readonly regret: number | null
  /** 1 for the best. */
  readonly rank: number | null
  /** Architectures that have a value. */
  readonly of: number
  /** Percent of the others that are not better. */
  readonly percentile: number | null
}

/** What is known of the unpruned supernet, retrained. */
export interface Baseline {
  /** Hash of what it was trained by: trials that differ in their schedule alone have the same. */
  readonly of: string
  readonly figures: NonNullable<TrialMetrics['baseline']>
  /** Null where its training diverged. */
  readonly measured: Measured | null
  /** What smaller sizes are compared with; nothing where its training diverged. */
  readonly compared: Compared
  /** The network itself, from which others learn; none where its training diverged. */
  readonly retrained?: Retrained
}
