import { resolve } from 'node:path'
import { InputError } from '../base/errors.js'
import { sha256 } from '../base/files.js'
import { randomSource } from '../base/random.js'
import { benchmarkFigures } from '../compare/figures.js'
import type { Config } from '../config/config-schema.js'
import type { Intervention } from '../config/intervention-schema.js'
import { behindSearch, withInterventions } from '../config/interventions.js'
import { batchCount } from '../data/batches.js'
import type { GivenData } from '../data/given.js'
import { prepareData, withScaling } from '../data/prepare.js'
import type { Reader } from '../data/readers/types.js'
import { losses } from '../objective/losses.js'
import type { Term } from '../objective/terms/types.js'
import { planned } from '../planners/planned.js'
import type { AnyPlanner } from '../planners/types.js'
import { terms } from '../registry.js'
import type { Rule } from '../search/decide/rules/types.js'
import type { Relaxation } from '../supernet/relaxations/types.js'
import { notationOf, type AnySpace } from '../supernet/space.js'
import type { Supernet } from '../supernet/types.js'
import { resolveTraining, type ResolvedConfig } from '../train/training.js'
import type { Trial } from '../trial/types.js'
import { checkFit } from './fit-check.js'
import { latencyOf, readLatency } from './latency.js'
import { withLessons } from './lesson-store.js'
import { relaxationIn, relaxationOf } from './relaxation.js'
import { checkReplay } from './replay-check.js'
import { compileFor, presetOf, resolveSchedule, withBudget, withTolerance } from './schedule-of.js'
import { buildSupernet, retrainedSupernet, spaceOf } from './supernet-of.js'

/** What a library call brings along beside the registry's. */
export interface Extensions {
  readonly spaces?: readonly AnySpace[]
  /** Readers of data. */
  readonly readers?: readonly Reader[]
  readonly terms?: readonly Term[]
  readonly planners?: readonly AnyPlanner[]
  readonly relaxations?: readonly Relaxation[]
  /** Rules of projection. */
  readonly rules?: readonly Rule[]
  /** The data of `data.source: memory`. */
  readonly given?: GivenData
}

/** Of the options of a call those that it brings along. */
export const extensionsIn = ({
  spaces,
  readers,
  terms,
  planners,
  relaxations,
  rules,
  given,
}: Extensions): Extensions => ({
  ...(spaces && { spaces }),
  ...(readers && { readers }),
  ...(terms && { terms }),
  ...(planners && { planners }),
  ...(relaxations && { relaxations }),
  ...(rules && { rules }),
  ...(given && { given }),
})

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
    relaxations = [],
    rules = [],
    interventions = [],
    given: inMemory,
  }: Extensions & Continued = {},
): Promise<Trial> {
  const data = await prepareData(given, folder, readers, inMemory)
  const supernet = buildSupernet(given, data, own)
  const relaxation = relaxationIn(given.relaxation, relaxations)
  const config = withTolerance(resolveTraining(withScaling(given, data), data), supernet, data, relaxation)
  const written = withBudget(
    resolveSchedule(presetOf(config, relaxation, own), folder, 'config.schedule', ownPlanners),
    config,
  )
  const document = withLessons(written, data, supernet, folder)
  const random = randomSource(config.seed)
  const { steps, batch } = config.search
  const all = allTerms(ownTerms)
  const { latency: file } = config.objective
  const measured = file === undefined ? undefined : readLatency(file, folder)
  checkReplay(document, config, data, measured?.text)
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
  checkFit(changed, data, found.schedule, rules)
  const benchmark = benchmarkOf(config, folder, supernet, own)
  return {
    config: changed,
    written: resolved,
    data,
    supernet,
    ...(retrained && { retrained }),
    relaxation: relaxationOf(config.relaxation, steps, relaxations),
    ...found,
    terms: all,
    ...(rules.length > 0 && { rules }),
    ...(measured && { latency: latencyOf(measured.table, supernet) }),
    loss: losses[config.objective.task ?? (isClass ? 'cross-entropy' : 'mse')],
    metric: config.objective.metric ?? (isClass ? 'accuracy' : 'rmse'),
    random,
    ...(benchmark && { benchmark }),
    // Weights are of the network, too, and of what may stay of it: what a space builds may change between versions.
    identity: sha256(
      JSON.stringify(resolved),
      JSON.stringify(supernet.graph),
      JSON.stringify(supernet.groups),
      data.dataset.hash,
      ...(measured ? [measured.text] : []),
    ),
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
