import type { Intervention } from '../config/intervention-schema.js'
import type { PreparedData } from '../data/types.js'
import type { Event } from '../events/types.js'
import type { Graph } from '../nn/graph.js'
import type { Loss } from '../objective/losses.js'
import type { MetricName } from '../objective/metrics.js'
import type { Term } from '../objective/terms/types.js'
import type { KnownTries } from '../planners/try-out.js'
import type { Planning } from '../planners/types.js'
import type { Schedule } from '../schedule/types.js'
import type { Rule } from '../search/decide/rules/types.js'
import type { Beginning } from '../search/initial.js'
import type { Carried, Checkpoint, MenuEntry } from '../search/state.js'
import type { Architecture, Supernet, Latency } from '../supernet/types.js'
import type { ShardExecutor } from '../train/shard.js'
import type { ResolvedConfig } from '../train/training.js'
import type { Baseline, BenchmarkFigures, TrialMetrics } from './figures.js'

/** A search before the one that counts. */
export interface TrialStage {
  /** Sets it up on what the one before it left; in its own trial nothing is retrained. */
  readonly begin: (carried: Carried | undefined) => Trial
  /** Does the next search begin with its weights? */
  readonly weights: boolean
}

/** One search with one seed, ready to run. */
export interface Trial extends Planning, Beginning {
  /** What the trial is run by. */
  readonly config: ResolvedConfig
  /** The same before interventions changed what comes behind the search: what `config.json` holds. */
  readonly written: ResolvedConfig
  readonly data: PreparedData
  /** The searches before this one, in order; this one is set up again on what the last of them left. */
  readonly stages?: readonly TrialStage[]
  /** The supernet of which the retrained network is a part, where `retrain` asks for another one: deeper, wider. */
  readonly retrained?: Supernet
  readonly terms: readonly Term[]
  /** Your own rules of projection, in addition to those of the registry. */
  readonly rules?: readonly Rule[]
  /** Milliseconds of members, if a table of them is configured. */
  readonly latency?: Latency
  readonly loss: Loss
  readonly metric: MetricName
  /** The rank of an architecture in the table of a benchmark, if the configuration names one. */
  readonly benchmark?: (architecture: Architecture) => BenchmarkFigures
  /** Hash of configuration and data. */
  readonly identity: string
  /** The same trial on what the last of its stages left. */
  readonly continued?: (carried: Carried) => Trial
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
  /** What a planner has tried already. */
  readonly tries?: KnownTries
}

/** A finished trial: the architecture, the retrained network, and what is known about them. */
export interface TrialResult {
  readonly architecture: Architecture
  /** The architectures of the menu's sizes, if there is a menu. */
  readonly menu: readonly MenuEntry[]
  readonly graph: Graph
  readonly values: ReadonlyMap<string, Float32Array>
  /** With the λ that was used. */
  readonly schedule: Schedule
  readonly steps: number
  /** Where a planner tried whole searches: how many schedules, and in how many iterations all together. */
  readonly tried?: { readonly schedules: number; readonly steps: number }
  /** The unpruned supernet, if it was trained, for trials that differ only in their schedule. */
  readonly baseline?: Baseline
  /** What the trial's planner found, for other searches to start from. */
  readonly lesson?: unknown
  readonly metrics: TrialMetrics
  readonly seconds: { readonly search: number; readonly baseline: number | null; readonly retrain: number }
}
