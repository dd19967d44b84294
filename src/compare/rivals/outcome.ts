import { gather } from '../../data/batches.js'
import { withDecision } from '../../data/decision.js'
import { outputsOf } from '../../data/types.js'
import { costOf, type Cost } from '../../nn/cost.js'
import { optionsOf } from '../../objective/metric-options.js'
import { metrics } from '../../objective/metrics.js'
import { taskCost } from '../../supernet/cost.js'
import { valueOf } from '../../train/evaluate.js'
import { calibrated } from '../../trial/calibrate.js'
import { decidedBy, decisionOf } from '../../trial/decide.js'
import type { Retrained } from '../../trial/figures.js'
import { learntRows as rowsLearnt } from '../../trial/rivals/learnt-rows.js'
import { withNetwork } from '../../trial/with-network.js'
import { measureRows } from '../../trial/noise.js'
import type { Trial } from '../../trial/types.js'
import { networkSeconds, predictionSeconds } from '../latency.js'
import type { Trained } from '../stability.js'
import type { TrialFigures } from '../types.js'

type SearchFigures = Partial<Pick<TrialFigures, 'searchSteps' | 'sizesTried'>>

/**
 * The figures of a trained network, calibrated and deciding for classes as a searched one does, the seconds of a
 * prediction, and what its stability is computed from. This looks at the test rows.
 */
export function networkFigures(
  trial: Trial,
  trained: Retrained,
  searchFigures: SearchFigures = {},
): { readonly figures: TrialFigures; readonly latency: number; readonly trained: Trained } {
  const { trial: judging, retrained: final } = decidedBy(trial, calibrated(trial, trained))
  const { test } = withNetwork(final.graph, final.values, (network) => measureRows(judging, network))
  return {
    figures: {
      ...sized(trial, costOf(final.graph), searchFigures),
      validation: final.validation,
      test: valueOf(test),
    },
    latency: networkSeconds(final, trial.data),
    trained: { test, losses: final.losses },
  }
}

/**
 * The figures of anything that predicts, deciding for classes as a searched network does, and the seconds of a
 * prediction. `predict` gives the outputs of some rows, rows × outputs: logits, or values in units of the targets.
 * This looks at the test rows.
 */
export function predictorFigures(
  trial: Trial,
  predict: (rows: Uint32Array) => ArrayLike<number>,
  cost: Pick<Cost, 'parameters' | 'flops'>,
): { readonly figures: TrialFigures; readonly latency: number } {
  const { splits } = trial.data
  const decision = decisionOf(trial, () => predict(splits.validation))
  const { dataset } = withDecision(trial.data, decision)
  const width = outputsOf(dataset.task)
  const perRow = dataset.task.kind === 'classification' ? 1 : width
  const judged = (rows: Uint32Array): number | null =>
    rows.length === 0
      ? null
      : metrics[trial.metric].value(
          predict(rows),
          gather(dataset.targets, perRow, rows),
          width,
          optionsOf(dataset.task),
        )
  return {
    figures: { ...sized(trial, cost, {}), validation: judged(splits.validation), test: judged(splits.test) },
    latency: predictionSeconds(predict, trial.data),
  }
}

const sized = (
  { metric, supernet }: Trial,
  { parameters, flops }: Pick<Cost, 'parameters' | 'flops'>,
  { searchSteps = 0, sizesTried = 0 }: SearchFigures,
) => ({
  metric,
  parameters,
  flops,
  searchSteps,
  sizesTried,
  share: parameters / taskCost(supernet).parameters,
})

/** Seconds since a time of `performance.now()`. */
export const secondsSince = (start: number): number => (performance.now() - start) / 1000

/** The rows that retraining learns from: those of `train` and `arch`. */
export const learntRows = ({ data: { splits } }: Pick<Trial, 'data'>): Uint32Array => rowsLearnt(splits)
