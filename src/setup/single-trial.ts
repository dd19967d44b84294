import { sha256 } from '../base/hash.js'
import { randomSource } from '../base/random.js'
import type { Config } from '../config/config-schema.js'
import type { Intervention } from '../config/intervention-schema.js'
import { behindSearch, withInterventions } from '../config/interventions.js'
import { batchCount } from '../data/batches.js'
import { costMatrix, withDecision, withEmphasis } from '../data/decision.js'
import { withScaling } from '../data/prepare-dataset.js'
import type { PreparedData } from '../data/types.js'
import { focalLoss } from '../objective/focal.js'
import { losses } from '../objective/losses.js'
import { usualMetric } from '../objective/metrics.js'
import type { Term } from '../objective/terms/types.js'
import { planned } from '../planners/planned.js'
import type { AnyPlanner } from '../planners/types.js'
import { terms } from '../registry.js'
import type { Rule } from '../search/decide/rules/types.js'
import type { Carried } from '../search/state.js'
import type { Relaxation } from '../supernet/relaxations/types.js'
import { keepingMore, restrictToLeft } from '../supernet/restrict.js'
import { notationOf, type AnySpace } from '../supernet/space.js'
import type { Supernet } from '../supernet/types.js'
import { resolveTraining, type ResolvedConfig } from '../train/training.js'
import type { Trial } from '../trial/types.js'
import { exportedAs } from './exported.js'
import { checkFit } from './fit-check.js'
import type { TrialHost } from './host.js'
import { latencyOf } from './latency.js'
import { relaxationIn, relaxationOf } from './relaxation.js'
import { checkReplay } from './replay-check.js'
import { compileFor, presetOf, scheduleOf, withBudget, withTolerance } from './schedule-of.js'
import { buildSupernet, retrainedSupernet, spaceOf, type StagePlace } from './supernet-of.js'

/** A user's own parts in a call, in addition to those of the registry. */
export interface OwnParts {
  readonly spaces?: readonly AnySpace[]
  readonly terms?: readonly Term[]
  readonly planners?: readonly AnyPlanner[]
  readonly relaxations?: readonly Relaxation[]
  /** Rules for the projection. */
  readonly rules?: readonly Rule[]
}

/** What is known about a resumed trial, in addition to its configuration. */
export interface Continued {
  /** The changes that were made during the run. */
  readonly interventions?: readonly Intervention[]
}

/**
 * How other searches affect a trial: what the one before it left and, for a stage, how many members of a
 * choice continue.
 */
export interface Between extends StagePlace {
  readonly carried?: Carried | undefined
  readonly keep?: number | undefined
}

/**
 * Makes a trial from a resolved configuration and prepared data: builds and restricts the supernet, and
 * compiles the schedule. In the trial's own configuration, the schedule is the document itself, so that it
 * can be run again anywhere.
 */
export function singleTrial(
  read: PreparedData,
  given: Config,
  host: TrialHost,
  ownParts: OwnParts & Continued = {},
  between: Between = {},
): Trial {
  const { carried, place = 'config' } = between
  const { spaces = [], relaxations = [], rules = [] } = ownParts
  const data = withEmphasis(withCosts(read, given), given.classes)
  const supernet = restricted(buildSupernet(given, data, spaces, host.memory, placeOf(between)), between)
  const relaxation = relaxationIn(given.relaxation, relaxations)
  const config = withTolerance(resolveTraining(withScaling(given, data), data), supernet, data, relaxation)
  const { latency: file } = config.objective
  const measured = file === undefined ? undefined : host.latency(file)
  const { document, ...planning } = scheduled({
    config,
    data,
    supernet,
    relaxation,
    measured,
    host,
    ownParts,
    place,
  })
  const resolved: ResolvedConfig = { ...config, schedule: document }
  const changed = intervened(resolved, data, [
    ...(document.replay?.interventions ?? []),
    ...(ownParts.interventions ?? []),
  ])
  const retrained = retrainedSupernet(changed, data, supernet, spaces, host.memory)
  checkFit(changed, data, planning.schedule, rules, place)
  const benchmark = benchmarkOf(config, host, supernet, spaces)
  const metric = config.objective.metric ?? usualMetric(data.dataset.task.kind)
  return {
    config: changed,
    written: resolved,
    data,
    supernet,
    retrained,
    relaxation: relaxationOf(config.relaxation, config.search.steps, relaxations),
    ...planning,
    ...(rules.length > 0 && { rules }),
    ...(measured && { latency: latencyOf(measured.table, supernet) }),
    loss: lossOf(config, data.dataset.task.kind === 'classification'),
    metric,
    random: randomSource(config.seed),
    ...(carried?.weights && { initial: carried.weights }),
    benchmark,
    exported: exportedAs(config.name, data, metric),
    identity: identityOf(resolved, data, supernet, measured),
  }
}

/** What a schedule is made from. */
interface ToSchedule {
  readonly config: ResolvedConfig
  readonly data: PreparedData
  readonly supernet: Supernet
  readonly relaxation: Relaxation
  /** Measured latencies, if the configuration names a file of them. */
  readonly measured: Measured | undefined
  readonly host: TrialHost
  readonly ownParts: OwnParts
  readonly place: string
}

type Measured = ReturnType<TrialHost['latency']>

/** The schedule of a configuration as a document, compiled, with the planner if it has one, and its terms. */
function scheduled({ config, data, supernet, relaxation, measured, host, ownParts, place }: ToSchedule) {
  const { spaces = [], terms: ownTerms = [], planners = [] } = ownParts
  const { steps, batch } = config.search
  const written = withBudget(
    scheduleOf(presetOf(config, relaxation, spaces), host.schedule, `${place}.schedule`, planners),
    config,
  )
  const document = host.withLessons(written, data, supernet)
  checkReplay(document, config, data, measured?.text)
  const all = [...terms, ...ownTerms]
  const random = randomSource(config.seed)
  const work = { supernet, steps, relaxation, random, splits: data.splits, planners }
  const planning = planned(document, work, (whole) =>
    compileFor(whole, supernet, steps, relaxation, {
      terms: all,
      latency: measured !== undefined,
      ...(measured && { times: latencyOf(measured.table, supernet) }),
      stepsPerEpoch: batchCount(data.splits.train.length, batch),
      reserved: safeguardTerms(config),
      ...(config.budget && { budgetPath: `${place}.budget` }),
    }),
  )
  return { document, ...planning, terms: all }
}

/** The configuration with the changes that were made while the search ran. */
function intervened(
  resolved: ResolvedConfig,
  data: PreparedData,
  interventions: readonly Intervention[],
): ResolvedConfig {
  const changes = behindSearch(interventions)
  return changes.length === 0 ? resolved : resolveTraining(withInterventions(resolved, changes), data)
}

/** What tells a trial from any other: of the graph and the groups, because a space may build others one day. */
const identityOf = (
  resolved: ResolvedConfig,
  data: PreparedData,
  { graph, groups }: Supernet,
  measured: Measured | undefined,
): string =>
  sha256(
    JSON.stringify(resolved),
    JSON.stringify(graph),
    JSON.stringify(groups),
    data.dataset.hash,
    ...(measured ? [measured.text] : []),
  )

/** Data whose decisions cost the least from the first evaluation on, if models are compared by cost. */
function withCosts(data: PreparedData, { objective, classes }: Config): PreparedData {
  const { task } = data.dataset
  if (objective.metric !== 'cost' || task.kind !== 'classification') return data
  const costs = costMatrix(task.classes, classes?.costs)
  return withDecision(data, costs && { costs })
}

/** The loss of the task, which of classes may be focal or weighted. */
function lossOf({ objective: { task }, classes = {} }: Config, isClass: boolean): Trial['loss'] {
  if (!isClass) return losses[task ?? 'mse']
  if (classes.focal !== undefined) return focalLoss(classes.focal)
  return losses[classes.weights === undefined ? 'cross-entropy' : 'weighted-cross-entropy']
}

/** The place of a configuration, as its supernet is told. */
const placeOf = ({ place = 'config', inherits }: Between): StagePlace => ({
  place,
  ...(inherits && { inherits }),
})

/** A supernet restricted to what an earlier search left, and adjusted to what the next one needs. */
function restricted(supernet: Supernet, { carried, keep }: Between): Supernet {
  const left = carried ? restrictToLeft(supernet, carried.members) : supernet
  return keep === undefined ? left : keepingMore(left, keep)
}

/** The function that ranks architectures in the table of `config.benchmark`, if there is one. */
function benchmarkOf(
  { benchmark }: Config,
  host: TrialHost,
  supernet: Supernet,
  ownSpaces: readonly AnySpace[],
): Trial['benchmark'] {
  if (!benchmark) return undefined
  const space = spaceOf(supernet.space, 'config.supernet.space', ownSpaces)
  return host.benchmark(benchmark, notationOf(space, supernet.options), supernet)
}

/** The terms that the safeguards of a configuration may use. */
function safeguardTerms({ search }: Config): { term: string; path: string }[] {
  const safeguards = Object.entries(search.alarms).flatMap(([alarm, { safeguard }]) =>
    typeof safeguard === 'string'
      ? []
      : [{ term: safeguard.term, path: `config.search.alarms.${alarm}.safeguard` }],
  )
  return safeguards.filter(({ term }, i) => safeguards.findIndex((other) => other.term === term) === i)
}
