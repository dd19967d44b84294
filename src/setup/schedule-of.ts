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

/** The schedule to which `auto` resolves: the preset of the space, or `none` if gates are not proximal. */
export function presetOf(
  config: Config,
  { step }: RelaxationTraits,
  ownSpaces: readonly AnySpace[] = [],
): Config['schedule'] {
  const { schedule, supernet } = config
  if (isPlanned(schedule)) return withBudget(schedule, config)
  if (schedule !== 'auto') return schedule
  if (step !== 'proximal') return 'none'
  return spaceOf(supernet.space, 'config.supernet.space', ownSpaces).schedule ?? 'strong-then-relaxed'
}

/** A document with the configuration's budget in place of its own. */
export function withBudget<T extends { readonly budget?: unknown }>(document: T, { budget }: Config): T {
  if (!budget) return document
  const { metric } = (document.budget ?? {}) as Partial<BudgetDocument>
  return { ...document, budget: { ...budget, metric: budget.metric ?? metric ?? 'parameters' } }
}

/**
 * The tolerance of `schedule: auto` if no budget is given: the smallest architecture within 1 % of the error
 * is wanted.
 */
export const usualTolerance = 0.01

/**
 * Adds the budget of `auto`, a tolerance, to a configuration. This requires a group whose members may all
 * stay, validation rows for the comparison, and retraining from scratch.
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

/** A schedule that was found by its name: its document, and a function that finds the names within it. */
export interface FoundSchedule {
  readonly document: unknown
  readonly find: FindSchedule
}

/**
 * Finds a schedule that is not a preset by its name. Throws an InputError that begins with `path` if there is
 * none.
 */
export type FindSchedule = (name: string, path: string) => FoundSchedule

/** Resolves a schedule, a preset, a name that `find` knows or a document, to a validated document. */
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
  const namedSchedule = find(schedule, path)
  return checked(namedSchedule.document, `schedule ${schedule}`, namedSchedule.find)
}

/** The error for a name that is not a schedule. */
export const noSchedule = (name: string, path: string, what: string): InputError =>
  new InputError(
    `${path}: ${what} ${name}${didYouMean(name, presetNames())}; presets: ${presetNames().join(', ')}`,
  )

/**
 * Compiles a document for a supernet and a number of iterations. Times in epochs also require the number of
 * iterations per epoch.
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
