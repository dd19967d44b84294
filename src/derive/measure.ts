import { costOf } from '../nn/cost.js'
import type { Graph } from '../nn/graph.js'
import { ParameterStore } from '../nn/parameter-store.js'
import { metrics, type MetricName } from '../objective/metrics.js'
import { evaluate } from '../search/evaluate.js'
import { discreteNetwork, modelNetwork, type Network } from '../search/network.js'
import { architectureCosts } from '../supernet/architecture-cost.js'
import type { SearchResult } from '../search/search.js'
import { sparsityByLayer } from '../search/structure.js'
import { taskCost } from '../supernet/cost.js'
import type { SupernetModel } from '../supernet/model.js'
import { unprunableParameters } from '../supernet/cost-range.js'
import { judge } from './criteria.js'
import { deriveNetwork } from './network.js'
import type { Retrained } from './retrain.js'
import type { Trial, TrialMetrics } from './types.js'

/** Metrics at the end of a search; null where a split is empty. */
export interface Searched {
  /** The supernet's. */
  readonly validation: number | null
  readonly test: number | null
  /** The derived network's on validation, with gate values kept and dropped. */
  readonly kept: number | null
  readonly dropped: number | null
}

/** The metrics of the searched supernet and of the networks derived from it, before any retraining. */
export function measureSearched({ data, metric }: Trial, model: SupernetModel): Searched {
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

/** What `metrics.json` says of a finished trial. */
export function summarise(
  trial: Trial,
  model: SupernetModel,
  search: SearchResult,
  searched: Searched,
  baseline: TrialMetrics['baseline'],
  final: Retrained,
): TrialMetrics {
  const { config, supernet, metric } = trial
  const cost = costOf(final.graph)
  const supernetCost = taskCost(supernet)
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
    search: { steps: search.steps, stopped: search.reason },
    retrain: { bestStep: final.bestStep },
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
    ...budgetFigures(trial, model, search),
    derived: { ...cost, sparsityByLayer: sparsityByLayer(model.supernet, supernet) },
    criteria,
    ...(trial.benchmark && { benchmark: trial.benchmark(model.architecture()) }),
  }
}

/** What the search ended with of its budget, and on the way there; nothing where it had none. */
function budgetFigures(
  { schedule, latency }: Trial,
  { supernet }: SupernetModel,
  search: SearchResult,
): Pick<TrialMetrics, 'budget' | 'menu'> {
  if (!schedule.budget) return {}
  const { menu, ...budget } = schedule.budget
  const { cost } = architectureCosts(supernet, budget.metric, latency)({})
  return { budget: { ...budget, cost }, ...(menu && { menu: search.menu.map(({ figures }) => figures) }) }
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
    supernetParameters: taskCost(supernet).parameters,
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
