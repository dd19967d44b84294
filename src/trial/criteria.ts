import type { Config } from '../config/config-schema.js'
import type { Cost } from '../nn/cost.js'
import { metrics } from '../objective/metrics.js'
import type { CriterionResult } from './figures.js'

/** The values that criteria can check. */
export interface Candidate {
  readonly cost: Cost
  /** Parameters of the supernet at the beginning of the search. */
  readonly supernetParameters: number
  /** A metric of the retrained network on a split; null if the split is empty. */
  metric(name: string, split: 'validation' | 'test'): number | null
}

/**
 * Judges a model by criteria that were set beforehand. A criterion whose value is missing or not finite is
 * not met.
 */
export function judge(criteria: Config['criteria'], candidate: Candidate): CriterionResult[] {
  return criteria.map((criterion) => {
    const value = valueOf(criterion, candidate)
    const { atLeast = -Infinity, atMost = Infinity } = criterion
    const passed = value !== null && Number.isFinite(value) && value >= atLeast && value <= atMost
    return { ...criterion, value, passed }
  })
}

/** A criterion's quantity as text: `accuracy (test)`, `parameters`. */
export const criterionName = ({ metric, split }: Pick<CriterionResult, 'metric' | 'split'>): string =>
  Object.hasOwn(metrics, metric) ? `${metric} (${split})` : metric

function valueOf(
  { metric, split }: Config['criteria'][number],
  { cost, ...candidate }: Candidate,
): number | null {
  switch (metric) {
    case 'parameters':
    case 'flops':
    case 'depth':
      return cost[metric]
    case 'parameters-share':
      return cost.parameters / candidate.supernetParameters
    case 'accuracy':
    case 'cross-entropy':
    case 'rmse':
    case 'mae':
    case 'r2':
      return candidate.metric(metric, split)
  }
}
