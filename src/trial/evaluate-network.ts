import { expected } from '../base/errors.js'
import { metricsOf, type MetricName } from '../objective/metrics.js'
import { evaluate } from '../train/evaluate.js'
import type { Retrained } from './figures.js'
import { withNetwork } from './with-network.js'
import type { Trial } from './types.js'

export interface EvaluateOptions {
  /** The rows on which the metric is computed; `test` by default. */
  readonly split?: 'train' | 'validation' | 'test'
  /** The metric to compute; the trial's metric by default. */
  readonly metric?: MetricName
}

/**
 * Returns a metric of a trained network, such as `retrainArchitecture` returns, on a split of a trial's data,
 * in units of the targets. It is null if the split is empty. Throws InputError if the task has no such
 * metric. Frees everything that it allocated.
 */
export function evaluateNetwork(
  { data, metric: trialMetric }: Pick<Trial, 'data' | 'metric'>,
  { graph, values }: Pick<Retrained, 'graph' | 'values'>,
  { split = 'test', metric = trialMetric }: EvaluateOptions = {},
): number | null {
  const able = metricsOf[data.dataset.task.kind]
  if (!able.includes(metric)) throw expected('metric', `one of ${able.join(', ')}`, metric)
  return withNetwork(graph, values, (network) => evaluate(network, data, data.splits[split], metric))
}
