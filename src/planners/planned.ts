import { Type } from '@sinclair/typebox'
import { InputError } from '../base/errors.js'
import type { RandomSource } from '../base/random.js'
import { didYouMean } from '../base/suggest.js'
import type { Config } from '../config/config-schema.js'
import { PlannedSchema, type ScheduleDocument } from '../config/schedule-schema.js'
import { validate } from '../config/validator.js'
import type { Splits } from '../data/types.js'
import { withLevers } from '../schedule/levers.js'
import type { Schedule } from '../schedule/types.js'
import type { RelaxationTraits } from '../supernet/relaxations/types.js'
import type { Supernet } from '../supernet/types.js'
import { planners } from './index.js'
import type { Lesson } from './lessons.js'
import type { AnyPlanner, PlannerSettings, Planning } from './types.js'

/** Whether a document is the short form of an algorithmic schedule. */
export const isPlanned = (document: unknown): document is Record<string, unknown> =>
  typeof document === 'object' &&
  document !== null &&
  typeof (document as { planner?: unknown }).planner === 'string'

/**
 * Expands the short form of an algorithmic schedule: returns its base with the planner and its options added.
 */
export function expanded(
  given: Record<string, unknown>,
  label: string,
  resolveBase: (base: Config['schedule'], path: string) => ScheduleDocument,
  ownPlanners: readonly AnyPlanner[],
): ScheduleDocument {
  const { name, description, planner, base, budget, store } = validate(PlannedSchema, given, label)
  const expert = { ...resolveBase(base, `${label}.base`) }
  // A replay requires the λ of its table, which the planner changes.
  delete expert.replay
  if (expert.planner)
    throw new InputError(
      `${label}.base: expected an expert schedule, got one of the planner ${expert.planner.name}; name the base of that`,
    )
  const algorithm = plannerOf(planner, `${label}.planner`, ownPlanners)
  const options = Object.entries(given).filter(([key]) => !(key in PlannedSchema.properties))
  const document = {
    ...expert,
    name: name ?? `${planner}-${expert.name}`,
    description: description ?? `${algorithm.description}; from ${expert.name} on.`,
    kind: 'algorithmic' as const,
    planner: {
      name: planner,
      store,
      ...optionsOf(algorithm, Object.fromEntries(options), label),
    },
    ...(budget && { budget }),
  }
  checkPlanner(document, ownPlanners)
  return document
}

/**
 * The planner of a document and its options; undefined if it has none. Throws if the planner cannot work with
 * the document.
 */
export function checkPlanner(
  { planner: named, budget }: Pick<ScheduleDocument, 'planner' | 'budget'>,
  ownPlanners: readonly AnyPlanner[] = [],
): { planner: AnyPlanner; options: never } | undefined {
  if (!named) return undefined
  const { name, store, lessons: _, ...given } = named
  const planner = plannerOf(name, 'schedule.planner.name', ownPlanners)
  const options = optionsOf(planner, given, 'schedule.planner') as never
  const fault = planner.fault?.({ options, budget })
  if (fault) throw new InputError(fault)
  if (store !== undefined && !planner.lesson)
    throw new InputError(
      `schedule.planner.store: the planner ${name} learns nothing from past runs; remove it`,
    )
  return { planner, options }
}

/** The search for which a planner is made. */
interface Work {
  readonly supernet: Supernet
  readonly steps: number
  readonly relaxation: RelaxationTraits
  readonly random: RandomSource
  readonly splits: Splits
  readonly planners: readonly AnyPlanner[]
}

/** Makes the planner of a document for a search. */
export function planned(
  document: ScheduleDocument,
  { supernet, steps, relaxation, random, splits, planners: ownPlanners }: Work,
  compile: (document: ScheduleDocument) => Schedule,
): Planning {
  const configured = checkPlanner(document, ownPlanners)
  if (!configured) return { schedule: compile(document) }
  const { planner, options } = configured
  for (const split of [
    ...(planner.needsArch ? ['arch' as const] : []),
    ...(planner.prepare ? ['validation' as const] : []),
  ])
    if (splits[split].length === 0)
      throw new InputError(
        `config.split.${split}: the planner ${planner.name} measures on this split, which is empty; give it a share`,
      )
  const settings: PlannerSettings<never> = { options, relaxation, budget: document.budget }
  const layers = [...new Set(supernet.groups.map(({ layer }) => layer))]
  const schedule = compile(withLevers(document, planner.levers(settings), { layers, steps }))
  const lessons = (document.planner?.lessons ?? []) as unknown as readonly Lesson[]
  const context = { ...settings, schedule, supernet, random, lessons }
  planner.refuse?.(context)
  return {
    schedule,
    planner: (plan) => planner.source(context, plan),
    ...(document.planner?.lessons && {
      lessons: { planner: planner.name, runs: lessons.map(({ run }) => run) },
    }),
    ...(planner.lesson && { lesson: (plan, state) => planner.lesson!(plan, state) }),
    ...(planner.prepare && {
      prepare: {
        cost: planner.costs?.(options) ?? 'parameters',
        run: (trying) => planner.prepare!(context, trying),
        tryOf: (proposal) => planner.tryOf!(context, proposal),
      },
    }),
  }
}

function plannerOf(name: string, path: string, ownPlanners: readonly AnyPlanner[]): AnyPlanner {
  const all = [...ownPlanners, ...planners]
  const match = all.find((planner) => planner.name === name)
  if (match) return match
  const names = all.map((planner) => planner.name)
  throw new InputError(
    `${path}: unknown planner ${name}${didYouMean(name, names)}; planners: ${names.join(', ')}`,
  )
}

/** Validates the options of a planner, and fills in defaults. */
const optionsOf = (
  planner: AnyPlanner,
  given: Record<string, unknown>,
  label: string,
): Record<string, unknown> =>
  validate(Type.Object(planner.options.properties, { additionalProperties: false }), given, label)
