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
import type { Baseline, BenchmarkFigures, MeasuredSplits, Retrained, TrialMetrics } from './figures.js'

/** A search before the last one. */
export interface TrialStage {
  /** Sets the search up on what the search before it left. Its trial retrains nothing. */
  readonly begin: (carried: Carried | undefined) => Trial
  /** Whether the next search begins with the weights of this one. */
  readonly weights: boolean
}

/** A trained network that is exported for a moment. */
export type ExportedNetwork = Pick<Retrained, 'graph' | 'values'>

/** What criteria ask of a model as it is exported. */
export interface ExportedModel {
  /** The bytes of `model.json` and `weights.bin`. */
  readonly bytes: number
  /**
   * Milliseconds for one row on the backend of the run, over repeated predictions. They are measured once.
   */
  readonly latency: () => { readonly p50: number; readonly p95: number }
  /** Frees the model. */
  readonly dispose: () => void
}

/** One search with one seed, ready to run. */
export interface Trial extends Planning, Beginning {
  /** The configuration by which the trial is run. */
  readonly config: ResolvedConfig
  /** The configuration before interventions changed what follows the search, as `config.json` holds it. */
  readonly written: ResolvedConfig
  readonly data: PreparedData
  /** The searches before this one, in order. This one is set up again on what the last of them left. */
  readonly stages?: readonly TrialStage[]
  /** The supernet of which the retrained network is a part, if `retrain` asks for a deeper or wider one. */
  readonly retrained?: Supernet
  readonly terms: readonly Term[]
  /** Your own rules of projection, in addition to those of the registry. */
  readonly rules?: readonly Rule[]
  /** The milliseconds of each member, if a latency table is configured. */
  readonly latency?: Latency
  readonly loss: Loss
  readonly metric: MetricName
  /** Gives the rank of an architecture in a benchmark's table, if the configuration names one. */
  readonly benchmark?: (architecture: Architecture) => BenchmarkFigures
  /** Makes the model of a network as it is exported, for criteria on its files and its latency. */
  readonly exported?: (network: ExportedNetwork) => Promise<ExportedModel>
  /** A hash of the configuration and the data. */
  readonly identity: string
  /** Sets the trial up on what the last of its stages left. */
  readonly continued?: (carried: Carried) => Trial
}

/** What keeps a trial within a time. Parts that take longer than their share of it are shortened. */
export interface TrialClock {
  /** How fast a search must go on, as `SearchContext.pace` says. `searches` are left, including this one. */
  pace(at: {
    readonly step: number
    readonly steps: number
    readonly pace: number
    readonly searches: number
  }): number
  /** Called when a training begins. The result tells, after `step` steps, whether its time is over. */
  training(stage: 'baseline' | 'retrain'): (step: number) => boolean
}

export interface TrialHooks {
  readonly emit: (event: Event) => void
  /** Called with each checkpoint of the search. */
  readonly save?: (checkpoint: Checkpoint) => void
  readonly signal?: AbortSignal
  /** Keeps the trial within a time, if it has one. */
  readonly clock?: TrialClock
  /** The checkpoint from which the trial continues. */
  readonly checkpoint?: Checkpoint | undefined
  /** Changes that were made after the checkpoint. */
  readonly interventions?: readonly Intervention[]
  /** Computes the shards of batches; this thread does by default. */
  readonly execute?: ShardExecutor
  /** The unpruned supernet of a trial that differs only in its schedule, so that it is not trained again. */
  readonly baseline?: Baseline
  /** What a planner has already tried. */
  readonly tries?: KnownTries
}

/** A finished trial: the architecture, the retrained network, and what is known about them. */
export interface TrialResult {
  readonly architecture: Architecture
  /** The architectures of the menu's sizes, if there is a menu. */
  readonly menu: readonly MenuEntry[]
  readonly graph: Graph
  readonly values: ReadonlyMap<string, Float32Array>
  /** The schedule with the λ that was used. */
  readonly schedule: Schedule
  readonly steps: number
  /** If a planner tried whole searches: the number of schedules, and the total of their iterations. */
  readonly tried?: { readonly schedules: number; readonly steps: number }
  /** The unpruned supernet, if it was trained, for trials that differ only in their schedule. */
  readonly baseline?: Baseline
  /** What the trial's planner learnt, for other searches to start from. */
  readonly lesson?: unknown
  readonly metrics: TrialMetrics
  /** What each row contributes to the metrics of the retrained network. */
  readonly measured: MeasuredSplits
  /** The losses of the retraining. */
  readonly losses: Retrained['losses']
  readonly seconds: {
    readonly search: number
    readonly baseline: number | null
    readonly retrain: number
    /** Absent without rivals. */
    readonly rivals?: number
  }
}
