import { classMetricNames, numberMetricNames, type MetricName } from '../config/metric-names.js'
import { accuracy, balancedAccuracy, cost, f1, macroF1, matthews } from './label-metrics.js'
import type { Metric } from './metric.js'
import { numberMetrics } from './number-metrics.js'
import { brier, crossEntropy } from './probability-metrics.js'
import { averagePrecision, precisionAtRecall, recallAtPrecision, rocAuc } from './rank-metrics.js'

export type { MetricName }

/** Every metric, by name. */
export const metrics: Readonly<Record<MetricName, Metric>> = {
  accuracy,
  'cross-entropy': crossEntropy,
  brier,
  'roc-auc': rocAuc,
  'average-precision': averagePrecision,
  f1,
  'macro-f1': macroF1,
  'balanced-accuracy': balancedAccuracy,
  matthews,
  'recall-at-precision': recallAtPrecision,
  'precision-at-recall': precisionAtRecall,
  cost,
  ...numberMetrics,
}

/** The metrics that fit a kind of task. */
export const metricsOf: Readonly<
  Record<'classification' | 'regression' | 'forecasting', readonly MetricName[]>
> = { classification: classMetricNames, regression: numberMetricNames, forecasting: numberMetricNames }

/** The metric by which models of a task are chosen if nothing else is said. */
export const usualMetric = (kind: keyof typeof metricsOf): MetricName =>
  kind === 'classification' ? 'accuracy' : 'rmse'

/** A metric that tells small differences in its place: cross-entropy for those of decisions and orders. */
export const fineMetric = (name: MetricName): MetricName => (metrics[name].coarse ? 'cross-entropy' : name)

/** Whether `a` is better than `b` by more than `margin` (≥ 0). A missing `b` is worse than anything. */
export function isBetter(metric: MetricName, a: number, b: number | null, margin = 0): boolean {
  if (b === null) return Number.isFinite(a)
  return metrics[metric].higherIsBetter ? a > b + margin : a < b - margin
}

/** A metric as an error that is 0 at best: 1 minus those of which more is better, the others unchanged. */
export const errorOf = (metric: MetricName, value: number): number =>
  metrics[metric].higherIsBetter ? 1 - value : value
