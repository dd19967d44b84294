/** The metrics of classes. */
export const classMetricNames = [
  'accuracy',
  'cross-entropy',
  'brier',
  'roc-auc',
  'average-precision',
  'f1',
  'macro-f1',
  'balanced-accuracy',
  'matthews',
  'recall-at-precision',
  'precision-at-recall',
  'cost',
] as const

/** The metrics of numbers. */
export const numberMetricNames = ['rmse', 'mae', 'r2', 'mape', 'median-error', 'pinball'] as const

export type ClassMetricName = (typeof classMetricNames)[number]
export type NumberMetricName = (typeof numberMetricNames)[number]
export type MetricName = ClassMetricName | NumberMetricName

/** Every metric; `src/objective/` computes each. */
export const metricNames: readonly MetricName[] = [...classMetricNames, ...numberMetricNames]
