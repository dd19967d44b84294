import { paretoFront } from './pareto.js'
import { mean } from './statistics.js'
import type { SetSummary } from './summary.js'
import type { TrialRow } from './types.js'

/**
 * The mean seconds of a method's predictions for one row on a set, over its trials; null if none was timed.
 * It is no part of the summary, which has no times.
 */
export function meanLatency(
  { set, size }: Pick<SetSummary, 'set' | 'size'>,
  method: string,
  rows: readonly TrialRow[],
): number | null {
  const methodRows = rows.filter((row) => row.set === set && row.size === size && row.method === method)
  const known = methodRows.flatMap(({ seconds }) => seconds?.predict ?? [])
  return known.length === 0 ? null : mean(known)
}

/**
 * The methods of a set to which none is at least equal in mean error and latency, and better in one; by
 * latency.
 */
export const latencyFront = (summary: SetSummary, rows: readonly TrialRow[]): string[] =>
  paretoFront(
    summary.methods.map(({ method, error }) => ({
      method,
      error: error?.mean ?? null,
      cost: meanLatency(summary, method, rows),
    })),
  )
