import { errorOf } from '../objective/metrics.js'
import type { TrialRow } from './types.js'

/**
 * The test error of a trial: 1 − metric where more is better, the metric itself otherwise. Null if it has
 * none.
 */
export function errorIn({ figures }: TrialRow): number | null {
  const { metric, test } = figures ?? {}
  return metric === undefined || test == null || !Number.isFinite(test) ? null : errorOf(metric, test)
}
