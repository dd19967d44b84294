import type { Decision } from '../data/types.js'
import { deriveNetwork } from '../derive/network.js'
import { costOf } from '../nn/cost.js'
import { metrics } from '../objective/metrics.js'
import { unprunableParameters } from '../supernet/cost-range.js'
import { taskCost } from '../supernet/cost.js'
import type { SupernetModel } from '../supernet/model.js'
import { sparsityByLayer } from '../supernet/structure.js'
import type { Supernet } from '../supernet/types.js'
import { evaluate, predictRows, valueOf } from '../train/evaluate.js'
import { modelNetwork } from '../train/network.js'
import { withJudgedModel } from './judged-model.js'
import { judgeModel } from './criteria/judge.js'
import { decisionFigures } from './decision-figures.js'
import type {
  Searched,
  SearchedFigures,
  TrialMetrics,
  MeasuredSplits,
  Retrained,
  Sized,
  Tolerated,
  Removed,
  Baseline,
} from './figures.js'
import { measureRows, noiseOf } from './noise.js'
import { testFigures } from './test-figures.js'
import type { Trial } from './types.js'
import type { TrainingAgain } from './training-again.js'
import { withNetwork } from './with-network.js'

/** The metrics of the searched supernet and of the networks derived from it, before any retraining. */
export function measureSearched(trial: Trial, model: SupernetModel): SearchedFigures {
  const { data, metric } = trial
  const measured = measureRows(trial, modelNetwork(model))
  const derived = (gates: 'keep' | 'drop') => {
    const { graph, values } = deriveNetwork(model, { gates, affine: false })
    return withNetwork(graph, values, (network) => evaluate(network, data, data.splits.validation, metric))
  }
  return {
    validation: valueOf(measured.validation),
    test: valueOf(measured.test),
    kept: derived('keep'),
    dropped: derived('drop'),
    measured,
  }
}

/** The parts of a finished trial. */
interface Parts {
  /** The architecture that was retrained, and the supernet restricted to it. */
  readonly chosen: Sized
  readonly left: Supernet
  readonly searched: Searched
  readonly removed: Removed
  readonly baseline: Baseline | null
  readonly final: Retrained
  readonly again: TrainingAgain
  readonly tolerated?: Tolerated
  readonly decision?: Decision
}

/** The content of `metrics.json` for a finished trial, and the rows by which its network was measured. */
export async function summariseTrial(
  trial: Trial,
  { chosen, left, removed, searched, baseline, final, again, tolerated, decision }: Parts,
): Promise<{ metrics: TrialMetrics; measured: MeasuredSplits }> {
  const { config, supernet, metric } = trial
  const { figures } = searched
  // The search measured only the architecture with which it ended, not the other sizes.
  const { kept, dropped } = chosen.size === null ? figures : { kept: null, dropped: null }
  const cost = costOf(final.graph)
  const supernetCost = taskCost(supernet)
  const lost = (before: number | null, after: number | null) =>
    before === null || after === null
      ? null
      : metrics[metric].higherIsBetter
        ? before - after
        : after - before
  const { test, criteria, measured } = await judgeRetrained(trial, final, again)
  const summary: TrialMetrics = {
    seed: config.seed,
    backend: config.backend,
    shards: config.search.shards,
    supernet: { name: supernet.space, ...supernetCost, unprunableParameters: unprunableParameters(supernet) },
    baseline: baseline?.figures ?? null,
    search: { steps: searched.steps, stopped: searched.reason },
    retrain: retrainFigures(final),
    metric,
    validation: {
      supernet: figures.validation,
      derivedBeforeRetrain: kept,
      derivedGatesDropped: dropped,
      final: final.validation,
    },
    gap: {
      jumps: searched.jumps,
      derive: lost(figures.validation, kept),
      gatesDropped: lost(kept, dropped),
    },
    test: { supernet: figures.test, ...test },
    ...budgetFigures(trial, chosen, searched),
    tolerated,
    removed,
    noise: noiseOf(trial, {
      supernet: figures.measured,
      baseline: baseline?.measured ?? null,
      final: measured,
    }),
    derived: { ...cost, sparsityByLayer: sparsityByLayer(left, supernet) },
    criteria,
    decision,
    ...(trial.benchmark && { benchmark: trial.benchmark(chosen.architecture) }),
  }
  return { metrics: summary, measured }
}

/** The budget and menu of the search; empty if it had no budget. */
function budgetFigures(
  { schedule }: Trial,
  { cost }: Sized,
  searched: Searched,
): Pick<TrialMetrics, 'budget' | 'menu'> {
  if (!schedule.budget) return {}
  const { menu, tolerance: _, against: __, ...budget } = schedule.budget
  return { budget: { ...budget, cost }, ...(menu && { menu: searched.menu.map(({ figures }) => figures) }) }
}

/** What `metrics.json` says of a retraining. */
export const retrainFigures = ({ bestStep, temperature }: Retrained): TrialMetrics['retrain'] => ({
  bestStep,
  temperature,
})

/** The test figures of a retrained network, and its results on the criteria. */
export async function judgeRetrained(
  trial: Trial,
  network: Pick<Retrained, 'graph' | 'values'>,
  again: TrainingAgain,
): Promise<{
  test: Omit<TrialMetrics['test'], 'supernet'>
  criteria: TrialMetrics['criteria']
  measured: MeasuredSplits
}> {
  const { config, data } = trial
  const { measured, figures, decision } = withNetwork(network.graph, network.values, (loaded) => {
    const outputs = predictRows(loaded, data, data.splits.test)
    return {
      measured: measureRows(trial, loaded),
      figures: testFigures(data, outputs),
      decision: decisionFigures(trial, outputs),
    }
  })
  const criteria = await withJudgedModel(trial, network, again, (model) => judgeModel(config.criteria, model))
  const test = { final: valueOf(measured.test), ...figures, decision }
  return { test, criteria, measured }
}
