import type { RandomSource } from '../base/random.js'
import type { Config } from '../config/config-schema.js'
import type { PreparedData } from '../data/types.js'
import { costOf, type Cost } from '../nn/cost.js'
import type { Graph } from '../nn/graph.js'
import { ParameterStore } from '../nn/parameter-store.js'
import type { Loss } from '../objective/losses.js'
import { metrics, type MetricName } from '../objective/metrics.js'
import type { Term } from '../objective/terms/types.js'
import type { Schedule } from '../schedule/types.js'
import type { Checkpoint } from '../search/checkpoint.js'
import { evaluate } from '../search/evaluate.js'
import type { Event, Stage } from '../search/events.js'
import type { ShardExecutor } from '../search/gradients.js'
import { discreteNetwork, modelNetwork, type Network } from '../search/network.js'
import { searchArchitecture, type SearchResult } from '../search/search.js'
import { sparsityByLayer } from '../search/structure.js'
import { SupernetModel } from '../supernet/model.js'
import { unprunableParameters } from '../supernet/prune.js'
import type { Relaxation } from '../supernet/relaxation.js'
import type { Architecture, Supernet } from '../supernet/types.js'
import { judge, type CriterionResult } from './criteria.js'
import { deriveNetwork, discretise, uniformGates } from './network.js'
import { retrain, type Retrained } from './retrain.js'

/** One search with one seed, ready to run. */
export interface Trial {
  readonly config: Config
  readonly data: PreparedData
  readonly supernet: Supernet
  readonly relaxation: Relaxation
  readonly schedule: Schedule
  readonly terms: readonly Term[]
  readonly loss: Loss
  readonly metric: MetricName
  readonly random: RandomSource
  /** Hash of configuration and data. */
  readonly identity: string
}

export interface TrialHooks {
  readonly emit: (event: Event) => void
  /** Takes each checkpoint of the search. */
  readonly save?: (checkpoint: Checkpoint) => void
  readonly signal?: AbortSignal
  /** Go on from here. */
  readonly checkpoint?: Checkpoint | undefined
  /** Who computes the shards of the search's batches; this thread by default. */
  readonly execute?: ShardExecutor
}

/** A finished trial: the architecture, the retrained network, and what is known about them. */
export interface TrialResult {
  readonly architecture: Architecture
  readonly graph: Graph
  readonly values: ReadonlyMap<string, Float32Array>
  readonly schedule: Schedule
  readonly steps: number
  readonly metrics: TrialMetrics
  readonly seconds: { readonly search: number; readonly baseline: number | null; readonly retrain: number }
}

/** The content of `metrics.json`: no clock in it. */
export interface TrialMetrics {
  readonly seed: number
  readonly backend: string
  readonly shards: number
  readonly supernet: Cost & { readonly name: string; readonly unprunableParameters: number }
  readonly baseline: (Cost & { readonly validation: number | null; readonly test: number | null }) | null
  readonly search: { readonly epochs: number; readonly steps: number; readonly stopped: string }
  readonly retrain: { readonly bestEpoch: number }
  readonly metric: MetricName
  readonly validation: {
    readonly supernet: number | null
    readonly derivedBeforeRetrain: number | null
    readonly derivedGatesDropped: number | null
    readonly final: number | null
  }
  /** Metric lost (positive: worse), summed over removals; by deriving; by setting gates to 1. */
  readonly gap: {
    readonly jumps: number
    readonly derive: number | null
    readonly gatesDropped: number | null
  }
  readonly test: { readonly supernet: number | null; readonly final: number | null }
  readonly derived: Cost & { readonly sparsityByLayer: Record<string, number> }
  readonly criteria: { readonly passed: boolean; readonly results: readonly CriterionResult[] }
}

/** Thrown where a signal stopped a trial; what was saved can be resumed. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/** Searches, derives, retrains and judges. Frees everything that it allocated. */
export async function runTrial(trial: Trial, hooks: TrialHooks): Promise<TrialResult> {
  const { config, supernet, relaxation, random } = trial
  const model = new SupernetModel(supernet, relaxation, random, config.search.gates.noise)
  try {
    hooks.emit(startEvent(trial))
    const [search, searchSeconds] = await timed(() => searchStage(trial, hooks, model))
    hooks.emit({ type: 'stage', stage: 'search', seconds: searchSeconds })
    if (search.reason === 'interrupted') throw new Interrupted('interrupted while searching')
    const searched = measureSearched(trial, model)

    const [baseline, baselineSeconds] = await timed(() => baselineStage(trial, hooks))
    const { graph, values } = deriveNetwork(model, { gates: config.retrain.gates, affine: true })
    const initial = config.retrain.from === 'inherited' ? values : constantsOf(values, config.retrain.gates)
    const [final, retrainSeconds] = await timed(() => retrainStage(trial, hooks, 'retrain', graph, initial))
    hooks.emit({ type: 'stage', stage: 'retrain', seconds: retrainSeconds })

    return {
      architecture: model.architecture(),
      graph,
      values: final.values,
      schedule: trial.schedule,
      steps: search.steps,
      metrics: summarise(trial, model, search, searched, baseline, final),
      seconds: {
        search: searchSeconds,
        baseline: baseline ? baselineSeconds : null,
        retrain: retrainSeconds,
      },
    }
  } finally {
    model.dispose()
  }
}

/** What a run's events begin with. */
export function startEvent({ config, supernet, data, schedule, metric }: Trial): Event {
  const groups = supernet.groups.map(({ name, layer, kind, members }) => ({
    name,
    layer,
    kind,
    members: members.map((member) => member.name),
  }))
  return {
    type: 'start',
    name: config.name,
    data: data.dataset.name,
    seed: config.seed,
    backend: config.backend,
    space: supernet.space,
    layers: [...supernet.layers],
    groups,
    steps: schedule.steps,
    epochs: config.search.epochs,
    parameters: costOf(supernet.graph).parameters,
    metric,
  }
}

function searchStage(trial: Trial, hooks: TrialHooks, model: SupernetModel): Promise<SearchResult> {
  const { config, data, schedule, terms, loss, metric, random, identity } = trial
  const context = { options: config.search, schedule, terms, loss, metric, random, identity }
  const save = (checkpoint: Checkpoint) => hooks.save?.(checkpoint)
  const { emit, signal, execute } = hooks
  return searchArchitecture(
    model,
    data,
    { ...context, emit, save, ...(signal && { signal }), ...(execute && { execute }) },
    hooks.checkpoint,
  )
}

/** The metrics of the searched supernet and of the networks derived from it, before any retraining. */
function measureSearched({ data, metric }: Trial, model: SupernetModel) {
  const { validation, test } = data.splits
  const supernet = modelNetwork(model)
  const derived = (gates: 'keep' | 'drop') => {
    const { graph, values } = deriveNetwork(model, { gates, affine: false })
    return withNetwork(graph, values, (network) => evaluate(network, data, validation, metric))
  }
  return {
    validation: evaluate(supernet, data, validation, metric),
    test: evaluate(supernet, data, test, metric),
    kept: derived('keep'),
    dropped: derived('drop'),
  }
}

/** The unpruned supernet, gates alike, trained as the derived network will be: what pruning is held against. */
async function baselineStage(trial: Trial, hooks: TrialHooks) {
  if (!trial.config.retrain.baseline) return null
  const { graph, constants } = discretise(trial.supernet, uniformGates(trial.supernet), {
    gates: 'keep',
    affine: true,
  })
  const trained = await retrainStage(trial, hooks, 'baseline', graph, constants)
  const { data, metric } = trial
  const measure = (network: Network) => evaluate(network, data, data.splits.test, metric)
  const test = withNetwork(graph, trained.values, measure)
  return { ...costOf(graph), validation: trained.validation, test }
}

/** Trains a discrete network as the configuration says; throws Interrupted where a signal stops it. */
export async function retrainStage(
  { config, data, loss, metric, random }: Trial,
  { emit, signal }: TrialHooks,
  stage: Exclude<Stage, 'search'>,
  graph: Graph,
  initial: ReadonlyMap<string, Float32Array>,
): Promise<Retrained> {
  const context = { options: config.retrain, stage, loss, metric, random, emit, ...(signal && { signal }) }
  const trained = await retrain(graph, data, context, initial)
  if (trained.interrupted) throw new Interrupted(`interrupted in stage ${stage}`)
  return trained
}

/** Of a derived network's values, those that are no weights: kept gates stay even where weights start afresh. */
function constantsOf(
  values: ReadonlyMap<string, Float32Array>,
  gates: 'keep' | 'drop',
): Map<string, Float32Array> {
  if (gates === 'drop') return new Map()
  return new Map([...values].filter(([name]) => /\/units(-\d+)?:scale$/.test(name)))
}

function summarise(
  trial: Trial,
  model: SupernetModel,
  search: SearchResult,
  searched: ReturnType<typeof measureSearched>,
  baseline: Awaited<ReturnType<typeof baselineStage>>,
  final: Retrained,
): TrialMetrics {
  const { config, supernet, metric } = trial
  const cost = costOf(final.graph)
  const supernetCost = costOf(supernet.graph)
  const lost = (before: number | null, after: number | null) =>
    before === null || after === null
      ? null
      : metrics[metric].higherIsBetter
        ? before - after
        : after - before
  const { test, criteria } = judgeRetrained(trial, final)
  return {
    seed: config.seed,
    backend: config.backend,
    shards: config.search.shards,
    supernet: { name: supernet.space, ...supernetCost, unprunableParameters: unprunableParameters(supernet) },
    baseline,
    search: { epochs: config.search.epochs, steps: search.steps, stopped: search.reason },
    retrain: { bestEpoch: final.bestEpoch },
    metric,
    validation: {
      supernet: searched.validation,
      derivedBeforeRetrain: searched.kept,
      derivedGatesDropped: searched.dropped,
      final: final.validation,
    },
    gap: {
      jumps: search.jumps,
      derive: lost(searched.validation, searched.kept),
      gatesDropped: lost(searched.kept, searched.dropped),
    },
    test: { supernet: searched.test, final: test },
    derived: { ...cost, sparsityByLayer: sparsityByLayer(model.supernet, supernet) },
    criteria,
  }
}

/** The test metric of a retrained network, and whether it meets the criteria. */
export function judgeRetrained(
  { config, data, supernet, metric }: Trial,
  { graph, values }: Pick<Retrained, 'graph' | 'values'>,
): { test: number | null; criteria: TrialMetrics['criteria'] } {
  const measure = (name: MetricName, split: 'validation' | 'test') =>
    withNetwork(graph, values, (network) => evaluate(network, data, data.splits[split], name))
  const results = judge(config.criteria, {
    cost: costOf(graph),
    supernetParameters: costOf(supernet.graph).parameters,
    metric: (name, split) => measure(name as MetricName, split),
  })
  return {
    test: measure(metric, 'test'),
    criteria: { passed: results.every(({ passed }) => passed), results },
  }
}

/** Calls back with a network of the given values, and frees it. */
export function withNetwork<T>(
  graph: Graph,
  values: ReadonlyMap<string, Float32Array>,
  use: (network: Network) => T,
): T {
  const store = ParameterStore.filled(graph, values)
  try {
    return use(discreteNetwork(graph, store))
  } finally {
    store.dispose()
  }
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now()
  const result = await work()
  return [result, (performance.now() - start) / 1000]
}
