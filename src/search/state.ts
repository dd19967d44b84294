/** What the parts of a search hand to each other: types alone, so that none of the parts has to know another. */
import type { Intervention } from '../config/intervention-schema.js'
import type { PreparedData } from '../data/types.js'
import type { Ablation, Allowance } from '../events/types.js'
import type { Term } from '../objective/terms/types.js'
import type { LookAhead, Move } from '../schedule/observed.js'
import type { LambdaRecord, ScheduleSource } from '../schedule/source.js'
import type { LambdaRow } from '../schedule/table.js'
import type { Taken } from '../schedule/turns.js'
import type { CompiledPhase, Schedule } from '../schedule/types.js'
import type { SupernetModel } from '../supernet/model.js'
import type { GateWeights, Architecture, Latency, MemberMetric } from '../supernet/types.js'
import type { Batching } from '../train/batching.js'
import type { LoopContext } from '../train/context.js'
import type { Course, MeanLosses } from '../train/course.js'
import type { PassNetwork } from '../train/network.js'
import type { Shard } from '../train/shard.js'
import type { SearchOptions } from '../train/training.js'
import type { Rule } from './decide/rules/types.js'

/** Everything that a search needs to continue exactly where it was. Random numbers need no state. */
export interface Checkpoint {
  /** The next iteration. */
  readonly step: number
  /** Hash of the resolved configuration and of the data: another one is refused. */
  readonly identity: string
  /** Members left, by group; groups that are not named are gone. */
  readonly members: Readonly<Record<string, readonly string[]>>
  /** What the mixture weights of groups sum to where removed units took some along. */
  readonly totals: Readonly<Record<string, number>>
  /** Hashes of what the search began with: weights and α, data. */
  readonly origin: Origin
  /** The λ that was used so far, as `schedule/source.ts` records it. */
  readonly lambdas: ReadonlyMap<string, Float64Array>
  /** The state of the source of λ, if it has one. */
  readonly planner?: unknown
  /** Small state: early stopping, sums for reports. */
  readonly progress: Progress
  /** With several searches in a row: the search to which this belongs, counted from 0, and its beginning. */
  readonly stage?: { readonly search: number; readonly carried?: Carried }
  /** The last good state, where this one is another: what a search that diverges goes back to. */
  readonly good?: Checkpoint
  /** Where the run stood besides: its event log up to here, and seconds spent. Written by `runs/`. */
  readonly log?: LogMark & { readonly seconds: number }
  /** Weights, their average, α, optimizer slots, by `w/…`, `m/…`, `a/…`, `s/…`, `t/…`. */
  readonly arrays: ReadonlyMap<string, Float32Array>
}

/** What a search hands to the next one. */
export interface Carried {
  /** Members left, by group. */
  readonly members: Readonly<Record<string, readonly string[]>>
  /** Weights by name. */
  readonly weights?: ReadonlyMap<string, Float32Array>
}

/** How far an event log went: its first `bytes`, and their SHA-256 (older runs have none). */
export interface LogMark {
  readonly bytes: number
  readonly sha256?: string
}

/** What a search began with, as hashes. A schedule that replays the search must find the same. */
export interface Origin {
  /** Of weights and α at iteration 0. */
  readonly initial: string
  readonly data: string
}

/** What the loop remembers from one iteration to the next, beside arrays. */
export interface Progress {
  best: number | null
  bestStep: number
  /** Sums since the last evaluation, for the next event. */
  lossSums: { task: number; reconstruction: number; count: number }
  jumps: number
  /** For how long members have been without weight. */
  streaks: Streaks
  /** What members were worth when their gates began to fade, by group and member. */
  ablations: Record<string, Record<string, Ablation>>
  /** What alarms and safeguards remember. */
  alarms: AlarmState
  /** What is left of the schedule's tolerance; none before gates move, or without one. */
  allowance: Allowance | null
  /** Whose turn it was to be pressed, where choices take turns. */
  turns: Taken
  /** The sizes of the menu that were passed. */
  menu: MenuEntry[]
  /** What was changed on the way, in order: settings and λ by hand, rates that were lowered. */
  interventions: Intervention[]
  /** What tells that the search diverges. */
  course: Course
  /** Set once the search is over. */
  finished?: 'finished' | 'early-stop' | 'alarm'
}

/** A count by group and member; where none stands it is 0. */
export type Counts = Record<string, Record<string, number>>

/** For how long members have been without weight. Plain data, part of a checkpoint. */
export interface Streaks {
  /** Looks in a row at which the gate was exactly 0. */
  zero: Counts
  /** Evaluations in a row at which the member was weak. */
  weak: Counts
}

/** What a search kept at one size of its menu. Plain data, part of a checkpoint. */
export interface MenuEntry {
  readonly figures: MenuFigures
  readonly architecture: Architecture
}

export interface MenuFigures {
  /** As the menu names it: a value or a share. */
  readonly size: number
  readonly limit: number
  readonly cost: number
  /** Iterations done by then. */
  readonly step: number
  /** The validation metric of the supernet as it stood then, and with only this architecture's members open. */
  readonly before: number | null
  readonly after: number | null
}

/** What alarms and safeguards remember. Plain data, part of a checkpoint. */
export interface AlarmState {
  /** Alarms that stand now, `NAME LAYER`: each is told once until it clears. */
  raised: string[]
  /** Gates are held before this iteration, whatever the phase says. */
  heldUntil: number
  /** α by group and member at the last evaluation without an alarm whose safeguard is `stop`. */
  good: GateWeights | null
  /** Terms that safeguards have brought in, each on the gates of a layer while its alarm (as in `raised`) stands. */
  terms: { alarm: string; term: string; layer: string; lambda: number }[]
}

export interface SearchContext extends LoopContext {
  readonly options: SearchOptions
  readonly schedule: Schedule
  /** Says λ, iteration by iteration, for one search; the schedule itself by default. */
  readonly source?: ScheduleSource
  readonly terms: readonly Term[]
  /** Your own rules of projection, in addition to those of the registry. */
  readonly rules?: readonly Rule[]
  /** The measured table of terms that need one. */
  readonly latency?: Latency
  /** Identity that a checkpoint must carry to be resumed. */
  readonly identity: string
  /** What was changed since the checkpoint that it goes on from. */
  readonly interventions?: readonly Intervention[]
  /** Called with a complete checkpoint at each evaluation and when interrupted. */
  save(checkpoint: Checkpoint): void
}

/** Takes a supernet's training steps and owns their optimizer state. */
export interface Stepper {
  /** The model as it is judged. */
  readonly network: PassNetwork
  /** Iteration t on the shards of a batch, with the given λ: by default what the schedule says. */
  step(t: number, shards: readonly Shard[], phase: CompiledPhase, lambdas?: LambdaRow): void
  /** Iteration t one step ahead, with the given λ; undefined where no gate would move. Changes nothing. */
  lookAhead(
    t: number,
    shards: readonly Shard[],
    phase: CompiledPhase,
    lambdas: LambdaRow,
    asked: { readonly metric: MemberMetric; readonly moves: readonly Move[] },
  ): LookAhead | undefined
  /**
   * The gradient of the losses on a group's α in the last iteration, single paths aside, [members], in units of the
   * group's scale, as numbers; undefined where its gates did not move.
   */
  lossGradient(group: string): Float32Array | undefined
  /** The scales of gates by kind, as `GateScale.read` gives them. */
  scales(): Record<string, number>
  /** Keeps only the given members of a group: the model is pruned, the optimizer state follows. */
  prune(group: string, kept: readonly string[]): void
  /** The mean losses since the last call, and the mean time of a step in ms. */
  drain(progress: Progress): { losses: MeanLosses; stepMs: number }
  /** Copies the running sums off the device into the progress. */
  drainInto(progress: Progress): void
  /** The model's and the optimizers' part of a checkpoint. */
  checkpoint(): Pick<Checkpoint, 'members' | 'totals' | 'arrays'>
  restore(checkpoint: Checkpoint): void
  dispose(): void
}

/** What removals act on, and what they tell. */
export interface Pruning {
  readonly model: SupernetModel
  readonly data: PreparedData
  readonly context: SearchContext
  readonly stepper: Stepper
  readonly progress: Progress
  /** The λ that was used so far. */
  readonly used: Schedule
}

/** A search on its way. */
export interface Loop extends Pruning {
  readonly batches: Batching
  readonly source: ScheduleSource
  readonly record: LambdaRecord
  readonly origin: Origin
  /** The state that a search that diverges goes back to. */
  good: Checkpoint
}
