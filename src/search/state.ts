/**
 * The types that the parts of a search exchange. There is no code here, so that no part has to import
 * another.
 */
import type { Intervention } from '../config/intervention-schema.js'
import type { PreparedData } from '../data/types.js'
import type { MemberAblation, Allowance } from '../events/types.js'
import type { Term } from '../objective/terms/types.js'
import type { LookAhead, LambdaMove } from '../schedule/observed.js'
import type { LambdaRecord, ScheduleSource } from '../schedule/source.js'
import type { LambdaRow } from '../schedule/table.js'
import type { TakenTurns } from '../schedule/turns.js'
import type { CompiledPhase, Schedule } from '../schedule/types.js'
import type { SupernetModel } from '../supernet/model.js'
import type { GateWeights, Architecture, Latency, MemberMetric } from '../supernet/types.js'
import type { Batching } from '../train/batching.js'
import type { LoopContext } from '../train/context.js'
import type { MeanLosses } from '../train/course.js'
import type { PassNetwork } from '../train/network.js'
import type { TrainingState } from '../train/roll-back.js'
import type { Summed } from '../train/running-sums.js'
import type { Shard } from '../train/shard.js'
import type { Steered } from '../train/steered.js'
import type { SearchOptions } from '../train/training.js'
import type { Rule } from './decide/rules/types.js'

/**
 * Everything that a search needs to continue exactly where it was. Random numbers need no state. `arrays` has
 * weights, their average, α, the optimizer slots of weights and of α, the gates' scale and their last gradients,
 * under `w/…`, `m/…`, `a/…`, `s/…`, `t/…`, `g/…`, `k/…`.
 */
export interface Checkpoint extends TrainingState {
  /** Hash of the resolved configuration and of the data. A checkpoint with another hash is refused. */
  readonly identity: string
  /** The remaining members, by group. Groups that are not listed have been removed. */
  readonly members: Readonly<Record<string, readonly string[]>>
  /** The sum of a group's mixture weights, for groups whose removed units took a share of it with them. */
  readonly totals: Readonly<Record<string, number>>
  /** Hashes of what the search began with: weights and α; data. */
  readonly origin: Origin
  /** The λ that was used so far, as `schedule/source.ts` records it. */
  readonly lambdas: ReadonlyMap<string, Float64Array>
  /** The state of the source of λ, if it has one. */
  readonly planner?: unknown
  /** Small state, such as that of early stopping and sums for reports. */
  readonly progress: SearchProgress
  /**
   * With several searches in a row: the search to which this checkpoint belongs, counted from 0, and what the
   * search before passed on to it.
   */
  readonly stage?: { readonly search: number; readonly carried?: Carried }
  /** The last good state, to which a diverging search goes back, if it is not this one. */
  readonly good?: Checkpoint
  /** The rest of the run's state: its event log up to here, and the seconds spent. Written by `runs/`. */
  readonly log?: LogMark & { readonly seconds: number }
}

/** What a search passes on to the next one. */
export interface Carried {
  /** The remaining members, by group. */
  readonly members: Readonly<Record<string, readonly string[]>>
  /** Weights by name. */
  readonly weights?: ReadonlyMap<string, Float32Array>
}

/** The length of an event log in bytes, and the SHA-256 of these bytes (older runs have none). */
export interface LogMark {
  readonly bytes: number
  readonly sha256?: string
}

/** Hashes of what a search began with. A schedule that replays the search must find the same ones. */
export interface Origin {
  /** The hash of weights and α at iteration 0. */
  readonly initial: string
  readonly data: string
}

/** What the loop keeps from one iteration to the next, besides arrays. */
export interface SearchProgress extends Summed, Steered {
  best: number | null
  bestStep: number
  jumps: number
  /** For how long members have been without weight. */
  streaks: Streaks
  /** Ablations of members, measured when their gates began to fade, by group and member. */
  ablations: Record<string, Record<string, MemberAblation>>
  /** The state of alarms and safeguards. */
  alarms: AlarmState
  /** What is left of the schedule's tolerance; null before gates move, or without a tolerance. */
  allowance: Allowance | null
  /** Which choices had their turn under pressure, if choices take turns. */
  turns: TakenTurns
  /** The sizes of the menu that were kept so far. */
  menu: MenuEntry[]
  /** Set once the search is over. */
  finished?: 'finished' | 'early-stop' | 'alarm'
}

/** Counts by group and member; a missing count is 0. */
export type MemberCounts = Record<string, Record<string, number>>

/** For how long members have been without weight. Plain data, part of a checkpoint. */
export interface Streaks {
  /** The number of inspections in a row at which the gate was exactly 0. */
  zero: MemberCounts
  /** The number of evaluations in a row at which the member was weak. */
  weak: MemberCounts
}

/** The architecture that a search kept at one size of its menu. Plain data, part of a checkpoint. */
export interface MenuEntry {
  readonly figures: MenuFigures
  readonly architecture: Architecture
}

export interface MenuFigures {
  /** The size as the menu gives it: a value or a share. */
  readonly size: number
  readonly limit: number
  readonly cost: number
  /** The number of iterations done by then. */
  readonly step: number
  /** The validation metric of the supernet at that time, and with only this architecture's members open. */
  readonly before: number | null
  readonly after: number | null
}

/** The state of alarms and safeguards. Plain data, part of a checkpoint. */
export interface AlarmState {
  /** Alarms that hold now, as `NAME LAYER`. Each is reported once until it clears. */
  raised: string[]
  /** Gates are held before this iteration, whatever the phase says. */
  heldUntil: number
  /** α by group and member at the last evaluation without an alarm whose safeguard is `stop`. */
  good: GateWeights | null
  /**
   * Terms that safeguards have added, each on the gates of a layer while its alarm (as in `raised`) holds.
   */
  terms: { alarm: string; term: string; layer: string; lambda: number }[]
}

export interface SearchContext extends LoopContext {
  readonly options: SearchOptions
  readonly schedule: Schedule
  /** Gives λ, iteration by iteration, for one search; by default the schedule itself does. */
  readonly source?: ScheduleSource
  readonly terms: readonly Term[]
  /** Your own rules of projection, in addition to those of the registry. */
  readonly rules?: readonly Rule[]
  /** The measured table of terms that need one. */
  readonly latency?: Latency
  /** The identity that a checkpoint must have to be resumed. */
  readonly identity: string
  /** The changes made since the checkpoint from which the search continues. */
  readonly interventions?: readonly Intervention[]
  /**
   * Watches the time, if the search has one: asked at each inspection of the gates, it returns how many
   * iterations of the schedule each step must go forward from now on. 1 is the usual pace.
   */
  readonly pace?: (at: { readonly step: number; readonly steps: number; readonly pace: number }) => number
  /** Called with a complete checkpoint at each evaluation and when interrupted. */
  save(checkpoint: Checkpoint): void
}

/** Performs a supernet's training steps and owns their optimizer state. */
export interface Stepper {
  /** The model as it is evaluated. */
  readonly network: PassNetwork
  /**
   * Performs iteration t on the shards of a batch with the given λ, by default those of the schedule. Gates
   * move as far as in `span` iterations; 1 by default.
   */
  step(t: number, shards: readonly Shard[], phase: CompiledPhase, lambdas?: LambdaRow, span?: number): void
  /**
   * Tries iteration t with the given λ and measures its effect; undefined if no gate would move. Changes
   * nothing.
   */
  lookAhead(
    t: number,
    shards: readonly Shard[],
    phase: CompiledPhase,
    lambdas: LambdaRow,
    asked: { readonly metric: MemberMetric; readonly moves: readonly LambdaMove[]; readonly span?: number },
  ): LookAhead | undefined
  /**
   * The gradient of the losses on a group's α in the last iteration that was not a single path, [members], in
   * units of the group's scale, as numbers; undefined if the group's gates did not move in it.
   */
  lossGradient(group: string): Float32Array | undefined
  /** The scales of gates by kind, as `GateScale.read` gives them. */
  scales(): Record<string, number>
  /** Keeps only the given members of a group: the model is pruned, the optimizer state follows. */
  prune(group: string, kept: readonly string[]): void
  /** Returns the mean losses since the last call, and the mean time of a step in ms. */
  drain(progress: SearchProgress): { losses: MeanLosses; stepMs: number }
  /** Copies the running sums from the device into the progress. */
  drainInto(progress: SearchProgress): void
  /** The model's and the optimizers' part of a checkpoint. */
  checkpoint(): Pick<Checkpoint, 'members' | 'totals' | 'arrays'>
  restore(checkpoint: Checkpoint): void
  dispose(): void
}

/** What removals act on and report to. */
export interface Pruning {
  readonly model: SupernetModel
  readonly data: PreparedData
  readonly context: SearchContext
  readonly stepper: Stepper
  readonly progress: SearchProgress
  /** The λ that was used so far. */
  readonly used: Schedule
}

/** A running search. */
export interface Loop extends Pruning {
  readonly batches: Batching
  readonly source: ScheduleSource
  readonly record: LambdaRecord
  readonly origin: Origin
  /** The state to which the search goes back if it diverges. */
  good: Checkpoint
}
