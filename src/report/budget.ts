import { formatNumber } from './format.js'
import type { RunMetrics } from './run.js'

/** What an architecture costs of its budget: `1952 of at most 2064`; where only a tolerance was given, of the whole. */
export const budgetText = ({ cost, limit, whole }: NonNullable<RunMetrics['budget']>): string =>
  limit != null && limit === whole
    ? `${formatNumber(cost)} of ${formatNumber(whole)}, without a limit`
    : `${formatNumber(cost)} of at most ${formatNumber(limit)}`
