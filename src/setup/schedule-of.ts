import { InputError } from '../base/errors.js'
import { didYouMean } from '../base/suggest.js'
import type { Config } from '../config/config-schema.js'
import { ScheduleSchema, type BudgetDocument, type ScheduleDocument } from '../config/schedule-schema.js'
import { validate } from '../config/validator.js'
import type { PreparedData } from '../data/types.js'
import { parametersOf } from '../nn/cost.js'
import { expanded, isPlanned } from '../planners/planned.js'
import type { AnyPlanner } from '../planners/types.js'
import { presetNames, readPreset, terms } from '../registry.js'
import { compileSchedule, type CompileContext } from '../schedule/compile.js'
import type { Schedule } from '../schedule/types.js'
import { costRange } from '../supernet/cost-range.js'
import type { RelaxationTraits } from '../supernet/relaxations/types.js'
import type { AnySpace } from '../supernet/space.js'
import { isWidth, type Supernet, type Latency } from '../supernet/types.js'
import type { ResolvedConfig } from '../train/training.js'
import { requireLength } from './sizes.js'
import { spaceOf } from './supernet-of.js'

/** What `schedule: auto` stands for: the space's own preset; none where gates are not proximal. */
export function presetOf(
  config: Config,
  { step }: RelaxationTraits,
  own: readonly AnySpace[] = [],
): Config['schedule'] {
  const { schedule, supernet } = config
  if (isPlanned(schedule)) return withBudget(schedule, config)
  if (schedule !== 'auto') return schedule
  if (step !== 'proximal') return 'none'
  return spaceOf(supernet.space, 'config.supernet.space', own).schedule ?? 'strong-then-relaxed'
}

/** A document with the configuration's budget in place of its own. */
export function withBudget<T extends { readonly budget?: unknown }>(document: T, { budget }: Config): T {
  if (!budget) return document
  const { metric } = (document.budget ?? {}) as Partial<BudgetDocument>
  return { ...document, budget: { ...budget, metric: budget.metric ?? metric ?? 'parameters' } }
}

/** What `schedule: auto` asks for where nothing else is: the smallest architecture that is as good, to 1 %. */
const usualTolerance = 0.01

/**
 * A configuration with the budget that `auto` stands for: a tolerance, where all members of some group may stay, and where
 * there are rows to judge by and fresh weights to compare.
 */
export function withTolerance(
  config: ResolvedConfig,
  { groups }: Supernet,
  { splits }: PreparedData,
  { step }: RelaxationTraits,
): ResolvedConfig {
  const { schedule, budget, retrain } = config
  const steered = step === 'proximal' && groups.some(isWidth)
  const comparable = splits.validation.length > 0 && retrain.from === 'scratch'
  if (schedule !== 'auto' || budget || !steered || !comparable) return config
  return { ...config, budget: { tolerance: usualTolerance } }
}

/** A schedule that is no preset, found by its name: its document, and where the names in it are looked for. */
export interface FoundSchedule {
  readonly document: unknown
  readonly find: FindSchedule
}

/** Finds a schedule by a name that is no preset's; an InputError that begins with `path` where there is none. */
export type FindSchedule = (name: string, path: string) => FoundSchedule

/** A schedule document: a preset's, one that is found by its name, or the given one, validated. */
export function scheduleOf(
  schedule: Config['schedule'],
  find: FindSchedule,
  path = 'config.schedule',
  planners: readonly AnyPlanner[] = [],
): ScheduleDocument {
  const checked = (document: unknown, label: string, within: FindSchedule): ScheduleDocument =>
    isPlanned(document)
      ? expanded(document, label, (base, where) => scheduleOf(base, within, where, planners), planners)
      : validate(ScheduleSchema, document, label)
  if (typeof schedule !== 'string') return checked(schedule, 'schedule', find)
  if (presetNames().includes(schedule)) return checked(JSON.parse(readPreset(schedule)), 'schedule', find)
  const found = find(schedule, path)
  return checked(found.document, `schedule ${schedule}`, found.find)
}

/** What is told of a name that stands for no schedule. */
export const noSchedule = (name: string, path: string, what: string): InputError =>
  new InputError(
    `${path}: ${what} ${name}${didYouMean(name, presetNames())}; presets: ${presetNames().join(', ')}`,
  )

/**
 * Compiles a document for a supernet and a number of iterations. A document with times in epochs also needs
 * the number of iterations in an epoch.
 */
export function compileFor(
  document: ScheduleDocument,
  supernet: Supernet,
  steps: number,
  relaxation: RelaxationTraits,
  available: Partial<
    Pick<CompileContext, 'terms' | 'latency' | 'stepsPerEpoch' | 'reserved' | 'budgetPath'>
  > & {
    readonly times?: Latency
  } = {},
): Schedule {
  requireLength(steps, supernet.layers.length)
  const active = new Set(supernet.graph.nodes.map((node) => node.layer))
  return compileSchedule(document, {
    steps,
    stepsPerEpoch: available.stepsPerEpoch,
    layers: supernet.layers,
    activeLayers: supernet.layers.filter((layer) => active.has(layer)),
    groups: supernet.groups.map(({ name, layer, members, keep }) => ({
      name,
      layer,
      width: isWidth({ members, keep }),
      members: members.map((member) => member.name),
    })),
    parameters: parametersOf(supernet.graph).filter(
      ({ role, shape }) => role === 'weight' && shape.length > 1,
    ),
    relaxation,
    decoder: 'reconstruction' in supernet.graph.outputs,
    latency: available.latency ?? true,
    terms: available.terms ?? terms,
    costs: (metric) =>
      metric === 'latency' && !available.times ? undefined : costRange(supernet, metric, available.times),
    reserved: available.reserved ?? [],
    budgetPath: available.budgetPath,
  })
}
