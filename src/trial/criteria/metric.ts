import type { Criterion } from '../../config/criterion-schema.js'
import { metricNames } from '../../config/metric-names.js'
import type { PreparedData } from '../../data/types.js'
import type { MetricOptions } from '../../objective/metric.js'
import { metricsOf, type MetricName } from '../../objective/metrics.js'
import { metricOn } from './rows.js'
import type { CriterionKey, CriterionKind } from './types.js'

const ofClass: readonly CriterionKey[] = ['class']

/** The keys of the metrics that have some. */
const keysOf: Readonly<Partial<Record<MetricName, readonly CriterionKey[]>>> = {
  'roc-auc': ofClass,
  'average-precision': ofClass,
  f1: ofClass,
  'recall-at-precision': [...ofClass, 'precision'],
  'precision-at-recall': [...ofClass, 'recall'],
  pinball: ['quantile'],
}

/** A metric on the rows of a split, in original units. */
const metricCriterion = (name: MetricName): CriterionKind => ({
  only: metricsOf.classification.includes(name) ? 'classes' : 'numbers',
  onRows: true,
  keys: keysOf[name],
  misfit({ class: wanted }, data) {
    const classes = classesOf(data)
    if (wanted === undefined || classes.includes(wanted)) return undefined
    return `class: expected one of ${classes.join(', ')}, got ${JSON.stringify(wanted)}`
  },
  measure: (model, criterion) => ({
    value: metricOn(
      model,
      name,
      model.data.splits[criterion.split],
      undefined,
      optionsIn(criterion, model.data),
    ),
  }),
  remedy: 'train longer (retrain.epochs), keep more (budget), or bring more rows',
})

const classesOf = ({ dataset: { task } }: PreparedData): readonly string[] =>
  task.kind === 'classification' ? task.classes : []

/** What a criterion says to its metric. */
const optionsIn = (
  { class: wanted, precision, recall, quantile }: Criterion,
  data: PreparedData,
): MetricOptions => ({
  ...(wanted !== undefined && { positive: classesOf(data).indexOf(wanted) }),
  precision,
  recall,
  quantile,
})

/** A criterion for each metric. */
export const metricCriteria = Object.fromEntries(
  metricNames.map((name) => [name, metricCriterion(name)]),
) as Readonly<Record<MetricName, CriterionKind>>
