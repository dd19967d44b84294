import type { RandomSource } from '../base/random.js'
import type { Intervention } from '../config/intervention-schema.js'
import type { PreparedData } from '../data/types.js'
import type { Cost } from '../nn/cost.js'
import type { Graph } from '../nn/graph.js'
import type { Loss } from '../objective/losses.js'
import type { MetricName } from '../objective/metrics.js'
import type { Term } from '../objective/terms/types.js'
import type { Tried, Trying } from '../schedule/planners/trying.js'
import type { ScheduleSource } from '../schedule/source.js'
import type { Budget, Schedule } from '../schedule/types.js'
import type { Checkpoint } from '../search/checkpoint.js'
import type { Event } from '../search/events.js'
import type { ShardExecutor } from '../search/gradients.js'
import type { MenuEntry, MenuFigures } from '../search/menu.js'
import type { Latency } from '../search/options.js'
import type { ResolvedConfig } from '../search/training.js'
import type { Relaxation } from '../supernet/relaxations/types.js'
import type { Architecture, MemberMetric, Supernet } from '../supernet/types.js'
import type { Baseline } from './baseline.js'
import type { CriterionResult } from './criteria.js'
import type { Noise } from './noise.js'
import type { Tolerated } from './smallest.js'
import type { Removed } from './removed.js'

/** One search with one seed, ready to run. */
export interface Trial {
  /** What the trial is run by. */
  readonly config: ResolvedConfig
  /** The same before interventions changed what comes behind the search: what `config.json` holds. */
  readonly written: ResolvedConfig
  readonly data: PreparedData
  readonly supernet: Supernet
  /** The supernet of which the retrained network is a part, where `retrain` asks for another one: deeper, wider. */
  readonly retrained?: Supernet
  readonly relaxation: Relaxation
  readonly schedule: Schedule
  /** Makes what says λ in the schedule's place; called once a search, for it may have a state. */
  readonly planner?: (plan?: unknown) => ScheduleSource
  /** Tries whole searches before that; what it finds is given to `planner`. */
  readonly prepare?: {
    /** What the tries count. */
    readonly cost: MemberMetric
    run(trying: Trying): Promise<unknown>
  }
  /** The past runs that the planner starts from, where it has a store. */
  readonly lessons?: { readonly planner: string; readonly runs: string[] }
  /** What of a plan, and of the last state of a planner's source, is worth keeping for other searches. */
  readonly lesson?: (plan: unknown, state: unknown) => unknown
  readonly terms: readonly Term[]
  /** Milliseconds of members, where a table of them is configured. */
  readonly latency?: Latency
  readonly loss: Loss
  readonly metric: MetricName
  readonly random: RandomSource
  /** Where an architecture stands in the table of a benchmark, if the configuration names one. */
  readonly benchmark?: (architecture: Architecture) => BenchmarkFigures
  /** Hash of configuration and data. */
  readonly identity: string
}

export interface TrialHooks {
  readonly emit: (event: Event) => void
  /** Takes each checkpoint of the search. */
  readonly save?: (checkpoint: Checkpoint) => void
  readonly signal?: AbortSignal
  /** Go on from here. */
  readonly checkpoint?: Checkpoint | undefined
  /** What was changed since. */
  readonly interventions?: readonly Intervention[]
  /** Who computes the shards of batches; this thread by default. */
  readonly execute?: ShardExecutor
  /** The unpruned supernet of a trial that differs in its schedule alone: it is not trained again. */
  readonly baseline?: Baseline
  /** What a planner has tried already, and who takes what it tries; an interrupted run need not try again. */
  readonly tries?: { readonly known: readonly Tried[]; save(tried: readonly Tried[]): void }
}

/** A finished trial: the architecture, the retrained network, and what is known about them. */
export interface TrialResult {
  readonly architecture: Architecture
  /** The architectures of the menu's sizes, where there is a menu. */
  readonly menu: readonly MenuEntry[]
  readonly graph: Graph
  readonly values: ReadonlyMap<string, Float32Array>
  /** With the λ that was used. */
  readonly schedule: Schedule
  readonly steps: number
  /** Where a planner tried whole searches: how many schedules, and in how many iterations all together. */
  readonly tried?: { readonly schedules: number; readonly steps: number }
  /** The unpruned supernet, where it was trained, for trials that differ in their schedule alone. */
  readonly baseline?: Baseline
  /** What the trial's planner found, for other searches to start from. */
  readonly lesson?: unknown
  readonly metrics: TrialMetrics
  readonly seconds: { readonly search: number; readonly baseline: number | null; readonly retrain: number }
}

/** The content of `metrics.json`: no clock in it. */
export interface TrialMetrics {
  readonly seed: number
  readonly backend: string
  readonly shards: number
  readonly supernet: Cost & { readonly name: string; readonly unprunableParameters: number }
  readonly baseline:
    | (Cost & {
        readonly validation: number | null
        readonly test: number | null
        /** Of the derived network's loss, what is held against its outputs; nothing where nobody learns from it. */
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
  /** Only where the schedule has a budget: the limit, what the architecture costs of it, and the least and the whole. */
  readonly budget?: Omit<Budget, 'menu' | 'tolerance'> & { readonly cost: number }
  /** Only where the budget has a menu: what was kept at each size on the way, before any retraining. */
  readonly menu?: readonly MenuFigures[]
  /** Only where the budget has a tolerance: what was retrained, and what of it was kept. */
  readonly tolerated?: Tolerated
  readonly removed: Removed
  readonly noise: Noise
  readonly derived: Cost & { readonly sparsityByLayer: Record<string, number> }
  readonly criteria: { readonly passed: boolean; readonly results: readonly CriterionResult[] }
  /** Only where the configuration names a benchmark. */
  readonly benchmark?: BenchmarkFigures
}

/** `metrics.json` as it is read back: runs of before had neither of the two. */
export type KeptMetrics = Omit<TrialMetrics, 'removed' | 'noise'> &
  Partial<Pick<TrialMetrics, 'removed' | 'noise'>>

/** Where the architecture that was found stands in a tabular benchmark; null where the table lacks it. */
export interface BenchmarkFigures {
  /** The file's name. */
  readonly table: string
  readonly metric: string
  /** As the space writes it. */
  readonly architecture: string
  /** `isomorphic`: the row is of the same network, written differently. */
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
