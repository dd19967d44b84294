import type { RandomSource } from '../base/random.js'
import type { Config } from '../config/config-schema.js'
import type { PreparedData } from '../data/types.js'
import type { Cost } from '../nn/cost.js'
import type { Graph } from '../nn/graph.js'
import type { Loss } from '../objective/losses.js'
import type { MetricName } from '../objective/metrics.js'
import type { Term } from '../objective/terms/types.js'
import type { Schedule } from '../schedule/types.js'
import type { Checkpoint } from '../search/checkpoint.js'
import type { Event } from '../search/events.js'
import type { ShardExecutor } from '../search/gradients.js'
import type { Relaxation } from '../supernet/relaxation.js'
import type { Architecture, Supernet } from '../supernet/types.js'
import type { CriterionResult } from './criteria.js'

/** One search with one seed, ready to run. */
export interface Trial {
  readonly config: Config
  readonly data: PreparedData
  readonly supernet: Supernet
  /** The supernet of which the retrained network is a part, where `retrain` asks for another one: deeper, wider. */
  readonly retrained?: Supernet
  readonly relaxation: Relaxation
  readonly schedule: Schedule
  readonly terms: readonly Term[]
  readonly loss: Loss
  readonly metric: MetricName
  readonly random: RandomSource
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
  /** Who computes the shards of the search's batches; this thread by default. */
  readonly execute?: ShardExecutor
}

/** A finished trial: the architecture, the retrained network, and what is known about them. */
export interface TrialResult {
  readonly architecture: Architecture
  readonly graph: Graph
  readonly values: ReadonlyMap<string, Float32Array>
  readonly schedule: Schedule
  readonly steps: number
  readonly metrics: TrialMetrics
  readonly seconds: { readonly search: number; readonly baseline: number | null; readonly retrain: number }
}

/** The content of `metrics.json`: no clock in it. */
export interface TrialMetrics {
  readonly seed: number
  readonly backend: string
  readonly shards: number
  readonly supernet: Cost & { readonly name: string; readonly unprunableParameters: number }
  readonly baseline: (Cost & { readonly validation: number | null; readonly test: number | null }) | null
  readonly search: { readonly epochs: number; readonly steps: number; readonly stopped: string }
  readonly retrain: { readonly bestEpoch: number }
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
  readonly derived: Cost & { readonly sparsityByLayer: Record<string, number> }
  readonly criteria: { readonly passed: boolean; readonly results: readonly CriterionResult[] }
}
