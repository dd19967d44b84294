import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { InputError } from '../base/errors.js'
import { sha256 } from '../base/files.js'
import { randomSource } from '../base/random.js'
import type { Config } from '../config/config-schema.js'
import type { Intervention } from '../config/intervention-schema.js'
import { behindSearch, withInterventions } from '../config/interventions.js'
import { ScheduleSchema, type BudgetDocument, type ScheduleDocument } from '../config/schedule-schema.js'
import { didYouMean } from '../base/suggest.js'
import { validate } from '../config/validator.js'
import { batchCount } from '../data/batches.js'
import type { Latency } from '../search/options.js'
import { resolveTraining, type ResolvedConfig } from '../search/training.js'
import { prepareData } from '../data/prepare.js'
import type { Reader } from '../data/readers/types.js'
import type { PreparedData } from '../data/types.js'
import type { Trial } from '../derive/types.js'
import { benchmarkFigures } from '../compare/figures.js'
import { parametersOf } from '../nn/cost.js'
import { losses } from '../objective/losses.js'
import type { Term } from '../objective/terms/types.js'
import { presetNames, readPreset, spaces, terms } from '../registry.js'
import { compileSchedule, type CompileContext } from '../schedule/compile.js'
import type { AnyPlanner } from '../schedule/planners/types.js'
import type { Schedule } from '../schedule/types.js'
import { costRange } from '../supernet/cost-range.js'
import { relaxations } from '../supernet/relaxations/index.js'
import type { RelaxationName } from '../supernet/relaxations/types.js'
import { restrict } from '../supernet/restrict.js'
import { notationOf, type AnySpace } from '../supernet/space.js'
import { isWidth, type Supernet } from '../supernet/types.js'
import { latencyOf, readLatency } from './latency.js'
import { withLessons } from './lesson-store.js'
import { expanded, isPlanned, planned } from './planned.js'
import { relaxationName, relaxationOf } from './relaxation.js'
import { checkFit } from './fit-check.js'
import { checkReplay } from './replay-check.js'
import { requireLength, sized } from './sizes.js'

/** What a library call brings along beside the registry's. */
export interface Extensions {
  readonly spaces?: readonly AnySpace[]
  /** Readers of data. */
  readonly readers?: readonly Reader[]
  readonly terms?: readonly Term[]
  readonly planners?: readonly AnyPlanner[]
}

/** What is known of a trial that goes on, beside its configuration. */
export interface Continued {
  /** What was changed on the way. */
  readonly interventions?: readonly Intervention[]
}

/**
 * Makes a trial out of a resolved configuration: reads and splits the data, builds and restricts the
 * supernet, compiles the schedule. `folder` is what paths in the configuration are relative to. In the
 * trial's own configuration the schedule is the document itself, so that it can be run again anywhere.
 */
export async function setupTrial(
  given: Config,
  folder: string,
  {
    spaces: own = [],
    readers = [],
    terms: ownTerms = [],
    planners: ownPlanners = [],
    interventions = [],
  }: Extensions & Continued = {},
): Promise<Trial> {
  const data = await prepareData(given, folder, readers)
  const config = resolveTraining(given, data)
  const supernet = buildSupernet(config, data, own)
  const written = withBudget(
    resolveSchedule(presetOf(config, own), folder, 'config.schedule', ownPlanners),
    config,
  )
  const document = withLessons(written, data, supernet, folder)
  const random = randomSource(config.seed)
  const { steps, batch } = config.search
  const all = allTerms(ownTerms)
  const { latency: file } = config.objective
  const measured = file === undefined ? undefined : readLatency(file, folder)
  checkReplay(document, config, data, measured?.text)
  const relaxation = relaxationName(config.relaxation)
  const work = { supernet, steps, relaxation, random, splits: data.splits, planners: ownPlanners }
  const found = planned(document, work, (whole) =>
    compileFor(whole, supernet, steps, relaxation, {
      terms: all,
      latency: measured !== undefined,
      ...(measured && { times: latencyOf(measured.table, supernet) }),
      stepsPerEpoch: batchCount(data.splits.train.length, batch),
      reserved: safeguardTerms(config),
    }),
  )
  const resolved: ResolvedConfig = { ...config, schedule: document }
  const changes = behindSearch([...(document.replay?.interventions ?? []), ...interventions])
  const changed =
    changes.length === 0 ? resolved : resolveTraining(withInterventions(resolved, changes), data)
  const retrained = retrainedSupernet(changed, data, supernet, own)
  const isClass = data.dataset.task.kind === 'classification'
  checkFit(changed, data, found.schedule)
  const benchmark = benchmarkOf(config, folder, supernet, own)
  return {
    config: changed,
    written: resolved,
    data,
    supernet,
    ...(retrained && { retrained }),
    relaxation: relaxationOf(config.relaxation, steps),
    ...found,
    terms: all,
    ...(measured && { latency: latencyOf(measured.table, supernet) }),
    loss: losses[config.objective.task ?? (isClass ? 'cross-entropy' : 'mse')],
    metric: config.objective.metric ?? (isClass ? 'accuracy' : 'rmse'),
    random,
    ...(benchmark && { benchmark }),
    identity: sha256(JSON.stringify(resolved), data.dataset.hash, ...(measured ? [measured.text] : [])),
  }
}

/** Reads the table of `config.benchmark`, if there is one, for the architectures of a supernet. */
function benchmarkOf(
  { benchmark }: Config,
  folder: string,
  supernet: Supernet,
  own: readonly AnySpace[],
): Trial['benchmark'] {
  if (!benchmark) return undefined
  const notation = notationOf(spaceOf(supernet.space, 'config.supernet.space', own), supernet.options)
  return benchmarkFigures({ ...benchmark, table: resolve(folder, benchmark.table) }, notation, supernet)
}

/** The supernet that a configuration asks for, on its data's shape. */
export function buildSupernet(
  { supernet }: Config,
  { dataset }: PreparedData,
  own: readonly AnySpace[] = [],
): Supernet {
  const space = spaceOf(supernet.space, 'config.supernet.space', own)
  const options: unknown = validate(space.options, supernet.options, 'config.supernet.options')
  if (!space.ranks.includes(dataset.shape.length))
    throw new InputError(
      `config.supernet.space: ${space.name} takes inputs of ${space.ranks.join(' or ')} axes, ${dataset.name} has [${dataset.shape.join(', ')}]`,
    )
  const outputs =
    dataset.task.kind === 'classification' ? dataset.task.classes.length : dataset.task.outputs.length
  const { kind } = dataset.encoding
  const build = () => space.build({ options: options as never, input: dataset.shape, outputs, kind })
  return restrict(sized(build, options, 'config.supernet.options'), supernet.restrict ?? [])
}

/**
 * The supernet that the retrained network is a part of, where `retrain.options` or an auxiliary classifier
 * ask for another one than the search has. It must have the same choices to make.
 */
function retrainedSupernet(
  config: Config,
  data: PreparedData,
  searched: Supernet,
  own: readonly AnySpace[],
): Supernet | undefined {
  const { options = {}, auxiliary, from } = config.retrain
  if (Object.keys(options).length === 0 && auxiliary === 0) return undefined
  const space = spaceOf(config.supernet.space, 'config.supernet.space', own)
  if (auxiliary > 0 && !('auxiliary' in (space.options.properties as object)))
    throw new InputError(`config.retrain.auxiliary: ${space.name} has no auxiliary classifier; set it to 0`)
  if (from === 'inherited' && Object.keys(options).length > 0)
    throw new InputError(
      'config.retrain.from: inherited weights fit the searched network only; remove retrain.options, or train from scratch',
    )
  const all = { ...config.supernet.options, ...options, ...(auxiliary > 0 && { auxiliary: true }) }
  const supernet = buildSupernet({ ...config, supernet: { ...config.supernet, options: all } }, data, own)
  const choices = ({ groups }: Supernet) =>
    JSON.stringify(groups.map(({ name, members }) => [name, members.map((member) => member.name)]))
  if (choices(supernet) !== choices(searched))
    throw new InputError(
      'config.retrain.options: the retrained network has other gate groups than the searched one; share α between cells (supernet.options.alpha: shared) to search few cells and retrain many',
    )
  return supernet
}

/** The search space of a name; the error lists all and suggests the nearest. */
export function spaceOf(name: string, path: string, own: readonly AnySpace[] = []): AnySpace {
  const all = [...own, ...spaces]
  const found = all.find((space) => space.name === name)
  if (found) return found
  const names = all.map((space) => space.name)
  throw new InputError(
    `${path}: unknown space ${name}${didYouMean(name, names)}; spaces: ${names.join(', ')}`,
  )
}

/** A space's supernet, by default with its default options, on a small input: enough where only its layers matter. */
export function sampleSupernet(name: string, given: object = {}): Supernet {
  const space = spaceOf(name, '--supernet')
  const options: unknown = validate(space.options, given, 'options')
  const input = Math.min(...space.ranks) === 3 ? [16, 16, 3] : Array<number>(Math.min(...space.ranks)).fill(8)
  return sized(() => space.build({ options: options as never, input, outputs: 2 }), options, '--options')
}

/** What `schedule: auto` stands for: the space's own preset; none where gates are not proximal. */
export function presetOf(config: Config, own: readonly AnySpace[]): Config['schedule'] {
  const { schedule, supernet, relaxation } = config
  if (isPlanned(schedule)) return withBudget(schedule, config)
  if (schedule !== 'auto') return schedule
  if (relaxations[relaxationName(relaxation)].step !== 'proximal') return 'none'
  return spaceOf(supernet.space, 'config.supernet.space', own).schedule ?? 'strong-then-relaxed'
}

/** A document with the configuration's budget in place of its own. */
function withBudget<T extends { readonly budget?: unknown }>(document: T, { budget }: Config): T {
  if (!budget) return document
  const { metric } = (document.budget ?? {}) as Partial<BudgetDocument>
  return { ...document, budget: { ...budget, metric: budget.metric ?? metric ?? 'parameters' } }
}

/** A schedule document: a preset's, a JSON file's, or the given one, validated. */
export function resolveSchedule(
  schedule: Config['schedule'],
  folder: string,
  path = 'config.schedule',
  planners: readonly AnyPlanner[] = [],
): ScheduleDocument {
  const checked = (document: unknown, label: string, within: string): ScheduleDocument =>
    isPlanned(document)
      ? expanded(document, label, (base, where) => resolveSchedule(base, within, where, planners), planners)
      : validate(ScheduleSchema, document, label)
  if (typeof schedule !== 'string') return checked(schedule, 'schedule', folder)
  if (presetNames().includes(schedule)) return checked(JSON.parse(readPreset(schedule)), 'schedule', folder)
  const file = resolve(folder, schedule)
  if (!existsSync(file))
    throw new InputError(
      `${path}: no preset and no file ${schedule}${didYouMean(schedule, presetNames())}; presets: ${presetNames().join(', ')}`,
    )
  try {
    return checked(JSON.parse(readFileSync(file, 'utf8')), `schedule ${schedule}`, dirname(file))
  } catch (error) {
    if (error instanceof SyntaxError) throw new InputError(`${file}: not JSON: ${error.message}`)
    throw error
  }
}

/** Compiles a document for a supernet and a number of iterations (in an epoch, where it speaks of epochs). */
export function compileFor(
  document: ScheduleDocument,
  supernet: Supernet,
  steps: number,
  relaxation: RelaxationName,
  available: Partial<Pick<CompileContext, 'terms' | 'latency' | 'stepsPerEpoch' | 'reserved'>> & {
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
  })
}

/** The terms that safeguards of a configuration may bring in. */
function safeguardTerms({ search }: Config): { term: string; path: string }[] {
  const found = Object.entries(search.alarms).flatMap(([alarm, { safeguard }]) =>
    typeof safeguard === 'string'
      ? []
      : [{ term: safeguard.term, path: `config.search.alarms.${alarm}.safeguard` }],
  )
  return found.filter(({ term }, i) => found.findIndex((other) => other.term === term) === i)
}

/** The registry's terms and those of a library call, whose names must be their own. */
function allTerms(own: readonly Term[]): readonly Term[] {
  const names = [...terms, ...own].map(({ name }) => name)
  const taken = names.find((name, i) => names.indexOf(name) < i)
  if (taken !== undefined)
    throw new InputError(`terms: there are two of the name ${taken}; give yours another`)
  return [...terms, ...own]
}
