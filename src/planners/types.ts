import type { TObject } from '@sinclair/typebox'
import type { RandomSource } from '../base/random.js'
import type { BudgetDocument } from '../config/schedule-schema.js'
import type { ScheduleSource } from '../schedule/source.js'
import type { Schedule } from '../schedule/types.js'
import type { RelaxationTraits } from '../supernet/relaxations/types.js'
import type { MemberMetric, Supernet } from '../supernet/types.js'
import type { Lesson } from './lessons.js'
import type { Proposal, Try, Trying } from './trying.js'

/** What is known before a planner is made. */
export interface PlannerSettings<Options> {
  /** The planner's options, validated and with defaults filled in. */
  readonly options: Options
  readonly relaxation: RelaxationTraits
  readonly budget: BudgetDocument | undefined
}

/** The search for which a planner is made. */
export interface PlannerContext<Options> extends PlannerSettings<Options> {
  /** The compiled base. The planner may only change its columns. */
  readonly schedule: Schedule
  /** The supernet at the beginning of the search. */
  readonly supernet: Supernet
  readonly random: RandomSource
  /** What the planner found on similar data, the most similar first. Empty if it has no store. */
  readonly lessons: readonly Lesson[]
}

/** The schedule of a search, and its planner if there is one. */
export interface Planning {
  /** The schedule, with all columns that the planner may raise. */
  readonly schedule: Schedule
  /**
   * Makes the source of λ, in place of the schedule. Called once for each search, because a source may have a
   * state.
   */
  readonly planner?: (plan?: unknown) => ScheduleSource
  /** Tries whole searches first. What it finds is given to `planner`. */
  readonly prepare?: {
    /** The kind of cost that the tries measure. */
    readonly cost: MemberMetric
    run(trying: Trying): Promise<unknown>
    /** The search that a proposal stands for. */
    readonly tryOf: (proposal: Proposal) => Try
  }
  /** The past runs from which the planner starts, if it has a store. */
  readonly lessons?: { readonly planner: string; readonly runs: string[] }
  /**
   * The part of a plan, and of the last state of a planner's source, that is worth keeping for other
   * searches.
   */
  readonly lesson?: (plan: unknown, state: unknown) => unknown
}

/**
 * A planner finds λ itself, and starts from an expert schedule. It is one file in this folder and one line in
 * the registry.
 */
export interface Planner<Options = Record<string, unknown>> {
  readonly name: string
  /** One sentence: what it does, and its source. */
  readonly description: string
  /** JSON Schema of its options, with defaults. */
  readonly options: TObject
  /** Whether it measures on the split `arch`. */
  readonly needsArch?: boolean
  /** Returns what the document lacks for the planner to work, or undefined. */
  fault?(settings: Pick<PlannerSettings<Options>, 'options' | 'budget'>): string | undefined
  /**
   * Terms on gates that it may raise even if the base does not have them. Each gets a column on every layer
   * with gates.
   */
  levers(settings: PlannerSettings<Options>): readonly string[]
  /**
   * Throws an InputError if the planner cannot work in this search. It is called before any search begins.
   */
  refuse?(context: PlannerContext<Options>): void
  /** The kind of cost that its tries measure, if it tries whole searches. */
  costs?(options: Options): MemberMetric
  /** Tries whole searches before the actual one. Its result, plain JSON, is passed to `source`. */
  prepare?(context: PlannerContext<Options>, trying: Trying): Promise<unknown>
  /**
   * The search that one of its proposals stands for; it has it if it has `prepare`. It depends on nothing
   * else, so that a proposal can be tried on another machine.
   */
  tryOf?(context: PlannerContext<Options>, proposal: Proposal): Try
  /** The source of λ for one search; `plan` is the result of `prepare`. */
  source(context: PlannerContext<Options>, plan?: unknown): ScheduleSource
  /**
   * The part of a search that is worth keeping for other searches, as plain JSON. It is made from what
   * `prepare` found and from the source's last state.
   */
  lesson?(plan: unknown, state: unknown): unknown
}

/** A planner with any options, as the registry holds it. Options are validated against its schema first. */
export type AnyPlanner = Planner<never>

/** Declares a planner and hides the type of its options. */
export const planner = <Options>(definition: Planner<Options>): AnyPlanner => definition
