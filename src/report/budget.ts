import { formatNumber } from './format.js'
import type { RunMetrics } from './run.js'

/**
 * The cost of an architecture relative to its budget: `1952 of at most 2064`. Without a limit, relative to
 * the whole supernet.
 */
export const budgetText = ({ cost, limit, whole }: NonNullable<RunMetrics['budget']>): string =>
  limit != null && limit === whole
    ? `${formatNumber(cost)} of ${formatNumber(whole)}, without a limit`
    : `${formatNumber(cost)} of at most ${formatNumber(limit)}`
