import { errorOf } from '../objective/metrics.js'
import type { TrialRow } from './types.js'

/** The test error of a trial, what accuracy and r2 lack of 1 and the others as they are; null where it has none. */
export function errorIn({ figures }: TrialRow): number | null {
  const { metric, test } = figures ?? {}
  return metric === undefined || test == null || !Number.isFinite(test) ? null : errorOf(metric, test)
}
