import type { TObject } from '@sinclair/typebox'
import type { RandomSource } from '../base/random.js'
import type { BudgetDocument } from '../config/schedule-schema.js'
import type { ScheduleSource } from '../schedule/source.js'
import type { Schedule } from '../schedule/types.js'
import type { RelaxationTraits } from '../supernet/relaxations/types.js'
import type { MemberMetric, Supernet } from '../supernet/types.js'
import type { Lesson } from './lessons.js'
import type { Trying } from './trying.js'

/** What a planner knows before it is made. */
export interface PlannerSettings<Options> {
  /** Its own, validated, defaults filled in. */
  readonly options: Options
  readonly relaxation: RelaxationTraits
  readonly budget: BudgetDocument | undefined
}

/** What a planner is made for: one search. */
export interface PlannerContext<Options> extends PlannerSettings<Options> {
  /** The base, compiled: its columns are all that the planner may change. */
  readonly schedule: Schedule
  /** The supernet that the search begins with. */
  readonly supernet: Supernet
  readonly random: RandomSource
  /** What the planner found on similar data, the most similar first; none where it has no store. */
  readonly lessons: readonly Lesson[]
}

/** What the planner of a search comes to, made for the search; the schedule alone where none is asked for. */
export interface Planning {
  /** With all columns that the planner may raise. */
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
}

/** Something that finds λ itself, from an expert schedule on. One file in this folder, one registry line. */
export interface Planner<Options = Record<string, unknown>> {
  readonly name: string
  /** One sentence: what it does, and its source. */
  readonly description: string
  /** JSON Schema of its options, with defaults. */
  readonly options: TObject
  /** Does it measure on the split `arch`? */
  readonly needsArch?: boolean
  /** What it lacks in its document; nothing where it can do its work. */
  fault?(settings: Pick<PlannerSettings<Options>, 'options' | 'budget'>): string | undefined
  /** Terms on gates that it may raise where the base has none: each gets a column on every layer with gates. */
  levers(settings: PlannerSettings<Options>): readonly string[]
  /** Throws an InputError where it cannot do its work in this search; called before any begins. */
  refuse?(context: PlannerContext<Options>): void
  /** What its tries count, where it tries whole searches. */
  costs?(options: Options): MemberMetric
  /** Tries whole searches before the one that counts. What it finds, plain JSON, is given to `source`. */
  prepare?(context: PlannerContext<Options>, trying: Trying): Promise<unknown>
  /** The source of λ of one search; `plan` is what `prepare` found. */
  source(context: PlannerContext<Options>, plan?: unknown): ScheduleSource
  /** What of a search is worth keeping for others, plain JSON: of what `prepare` found, and the source's last state. */
  lesson?(plan: unknown, state: unknown): unknown
}

/** A planner of any options, as the registry holds it; options are validated against its schema first. */
export type AnyPlanner = Planner<never>

/** Declares a planner, its options' type kept inside. */
export const planner = <Options>(definition: Planner<Options>): AnyPlanner => definition
