import { metricTitle } from '../../objective/metric-title.js'
import type { Criterion } from '../../config/criterion-schema.js'
import type { CriterionResult } from '../figures.js'
import { criteria } from './index.js'
import type { JudgedModel, CriterionKind } from './types.js'

/**
 * Judges a model by criteria that were set beforehand. A criterion whose value is missing or not finite is
 * not met.
 */
export async function judgeModel(
  wanted: readonly Criterion[],
  model: JudgedModel,
): Promise<{ passed: boolean; results: CriterionResult[] }> {
  const results: CriterionResult[] = []
  for (const criterion of wanted) {
    const { value, where } = await criteria[criterion.metric].measure(model, criterion)
    const { atLeast = -Infinity, atMost = Infinity } = criterion
    const passed = value !== null && Number.isFinite(value) && value >= atLeast && value <= atMost
    results.push({ ...criterion, value, where, passed })
  }
  return { passed: results.every(({ passed }) => passed), results }
}

/** A criterion as a run's folder holds it; runs of other versions may have other names. */
export type StoredCriterion = Pick<CriterionResult, 'metric'> & Partial<CriterionResult>

const kindOf = (metric: string): CriterionKind | undefined =>
  Object.hasOwn(criteria, metric) ? criteria[metric as keyof typeof criteria] : undefined

/** A criterion's quantity as text: `accuracy (test)`, `worst-group rmse by site (test)`, `parameters`. */
export function criterionName(criterion: StoredCriterion): string {
  const { metric, split = 'test', of, column, output, amount, seeds } = criterion
  const { precision, recall, quantile, class: wanted } = criterion
  const isPlain = precision === undefined && recall === undefined
  const parts = [
    isPlain ? metricTitle(metric) : metric,
    ...[precision, recall, quantile].flatMap((each) => (each === undefined ? [] : [String(each)])),
    ...(wanted === undefined ? [] : [`of ${wanted}`]),
    ...(of === undefined ? [] : [metricTitle(of)]),
    ...(output === undefined ? [] : [`of ${output}`]),
    ...(column === undefined ? [] : [`by ${column}`]),
    ...(amount === undefined ? [] : [`of ${amount}`]),
    ...(seeds === undefined ? [] : [`over ${seeds} seeds`]),
    ...(kindOf(metric)?.onRows ? [`(${split})`] : []),
  ]
  return parts.join(' ')
}

/** What may help where a criterion is not met; empty if it is of another version. */
export const criterionRemedy = ({ metric }: StoredCriterion): string => kindOf(metric)?.remedy ?? ''
