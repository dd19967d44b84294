import { formatCount, formatNumber, isNumber } from './format.js'
import type { RunMetrics } from './run.js'

/**
 * The cost of an architecture relative to its budget: `1,952 of at most 2,064`. Without a limit, relative to
 * the whole supernet.
 */
export const budgetText = ({ cost, limit, whole }: NonNullable<RunMetrics['budget']>): string =>
  limit != null && limit === whole
    ? `${amount(cost)} of ${amount(whole)}, without a limit`
    : `${amount(cost)} of at most ${amount(limit)}`

/**
 * A cost or its limit. A limit may be fractional, but what it bounds is a whole number or milliseconds, so
 * that large ones are rounded down.
 */
export const amount = (cost: unknown): string =>
  isNumber(cost) && Math.abs(cost) >= 100 ? formatCount(Math.floor(cost)) : formatNumber(cost)
