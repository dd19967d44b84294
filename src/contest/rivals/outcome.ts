import { gather } from '../../data/batches.js'
import { outputsOf } from '../../data/types.js'
import { costOf, type Cost } from '../../nn/cost.js'
import { metrics } from '../../objective/metrics.js'
import { taskCost } from '../../supernet/cost.js'
import { evaluateNetwork } from '../../trial/evaluate-network.js'
import type { Retrained } from '../../trial/figures.js'
import type { Trial } from '../../trial/types.js'
import type { TrialFigures } from '../types.js'

type Own = Partial<Pick<TrialFigures, 'searchSteps' | 'sizesTried'>>

/** The figures of a trained network. This looks at the test rows. */
export const networkFigures = (trial: Trial, final: Retrained, own: Own = {}): TrialFigures => ({
  ...sized(trial, costOf(final.graph), own),
  validation: final.validation,
  test: evaluateNetwork(trial, final),
})

/**
 * The figures of anything that predicts. `predict` gives the outputs of some rows, rows × outputs: logits, or
 * values in units of the targets. This looks at the test rows.
 */
export function predictorFigures(
  trial: Trial,
  predict: (rows: Uint32Array) => ArrayLike<number>,
  cost: Pick<Cost, 'parameters' | 'flops'>,
): TrialFigures {
  const { splits, dataset } = trial.data
  const width = outputsOf(dataset.task)
  const perRow = dataset.task.kind === 'classification' ? 1 : width
  const judged = (rows: Uint32Array): number | null =>
    rows.length === 0
      ? null
      : metrics[trial.metric].value(predict(rows), gather(dataset.targets, perRow, rows), width)
  return { ...sized(trial, cost, {}), validation: judged(splits.validation), test: judged(splits.test) }
}

const sized = (
  { metric, supernet }: Trial,
  { parameters, flops }: Pick<Cost, 'parameters' | 'flops'>,
  { searchSteps = 0, sizesTried = 0 }: Own,
) => ({
  ...{ metric, parameters, flops, searchSteps, sizesTried },
  share: parameters / taskCost(supernet).parameters,
})

/** Seconds since a time of `performance.now()`. */
export const secondsSince = (start: number): number => (performance.now() - start) / 1000

/** The rows that retraining learns from: those of `train` and `arch`. */
export const learntRows = ({ data: { splits } }: Pick<Trial, 'data'>): Uint32Array =>
  Uint32Array.from([...splits.train, ...splits.arch])
