import { errorOf } from '../objective/metrics.js'
import type { TrialRow } from './types.js'

/**
 * The test error of a trial: 1 − metric for accuracy and r2, the metric itself for others. Null if it has
 * none.
 */
export function errorIn({ figures }: TrialRow): number | null {
  const { metric, test } = figures ?? {}
  return metric === undefined || test == null || !Number.isFinite(test) ? null : errorOf(metric, test)
}
