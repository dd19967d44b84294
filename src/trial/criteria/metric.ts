import { metricsOf, type MetricName } from '../../objective/metrics.js'
import { metricOn } from './rows.js'
import type { CriterionKind } from './types.js'

/** A metric on the rows of a split, in original units. */
export const metricCriterion = (name: MetricName): CriterionKind => ({
  only: metricsOf.classification.includes(name) ? 'classes' : 'numbers',
  onRows: true,
  measure: (candidate, { split }) => ({ value: metricOn(candidate, name, candidate.data.splits[split]) }),
  remedy: 'train longer (retrain.epochs), keep more (budget), or bring more rows',
})
