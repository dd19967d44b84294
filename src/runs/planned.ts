import { Type } from '@sinclair/typebox'
import { InputError } from '../base/errors.js'
import type { RandomSource } from '../base/random.js'
import { didYouMean } from '../base/suggest.js'
import type { Config } from '../config/config-schema.js'
import { PlannedSchema, type ScheduleDocument } from '../config/schedule-schema.js'
import { validate } from '../config/validator.js'
import { planners } from '../registry.js'
import { withLevers } from '../schedule/levers.js'
import type { AnyPlanner, PlannerSettings } from '../schedule/planners/types.js'
import type { ScheduleSource } from '../schedule/source.js'
import type { Schedule } from '../schedule/types.js'
import type { RelaxationName } from '../supernet/relaxations/types.js'
import type { Supernet } from '../supernet/types.js'

/** Is a document the short form of an algorithmic schedule? */
export const isPlanned = (document: unknown): document is Record<string, unknown> =>
  typeof document === 'object' && document !== null && typeof (document as { planner?: unknown }).planner === 'string'

/** The short form of an algorithmic schedule written out: its base, with the planner and its options in it. */
export function expanded(
  document: Record<string, unknown>,
  label: string,
  resolveBase: (base: Config['schedule'], path: string) => ScheduleDocument,
  own: readonly AnyPlanner[],
): ScheduleDocument {
  const { name, description, kind: _, $schema: __, planner, base, budget, ...options } = validate(
    PlannedSchema,
    document,
    label,
  )
  const { replay: ___, ...expert } = resolveBase(base, `${label}.base`)
  if (expert.planner)
    throw new InputError(`${label}.base: expected an expert schedule, got one of the planner ${expert.planner.name}; name its base`)
  const found = plannerOf(planner, `${label}.planner`, own)
  return {
    ...expert,
    name: name ?? `${planner}-${expert.name}`,
    description: description ?? `${found.description}; from ${expert.name} on.`,
    kind: 'algorithmic',
    planner: { name: planner, ...optionsOf(found, options, label) },
    ...(budget && { budget }),
  }
}

/** A planner at work on a document. */
export interface Planned {
  /** Why it cannot be used, where it cannot. */
  fault(archRows: number): string | undefined
  /** The document with all columns that the planner may raise. */
  levers(supernet: Supernet, steps: number): ScheduleDocument
  source(schedule: Schedule, supernet: Supernet, random: RandomSource): ScheduleSource
}

/** The planner that a document names, with its options checked; undefined where it names none. */
export function plannedBy(
  document: ScheduleDocument,
  relaxation: RelaxationName,
  own: readonly AnyPlanner[] = [],
): Planned | undefined {
  if (!document.planner) return undefined
  const { name, ...given } = document.planner
  const planner = plannerOf(name, 'schedule.planner.name', own)
  const options = optionsOf(planner, given, 'schedule.planner')
  const settings: PlannerSettings<never> = { options: options as never, relaxation, budget: document.budget }
  return {
    fault: (archRows) => planner.fault?.({ ...settings, archRows }),
    levers: (supernet, steps) => {
      const layers = [...new Set(supernet.groups.map(({ layer }) => layer))]
      return withLevers(document, planner.levers(settings), { layers, steps })
    },
    source: (schedule, supernet, random) => planner.source({ ...settings, schedule, supernet, random }),
  }
}

function plannerOf(name: string, path: string, own: readonly AnyPlanner[]): AnyPlanner {
  const all = [...own, ...planners]
  const found = all.find((planner) => planner.name === name)
  if (found) return found
  const names = all.map((planner) => planner.name)
  throw new InputError(`${path}: unknown planner ${name}${didYouMean(name, names)}; planners: ${names.join(', ')}`)
}

/** Options of a planner, validated, defaults filled in. */
const optionsOf = (planner: AnyPlanner, given: Record<string, unknown>, label: string): Record<string, unknown> =>
  validate(Type.Object(planner.options.properties, { additionalProperties: false }), given, label)
