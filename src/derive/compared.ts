import type { MetricName, RowSums } from '../objective/metrics.js'
import { evaluateRows } from '../search/evaluate.js'
import type { Network } from '../search/network.js'
import type { Trial } from './types.js'

/** What each validation row adds to the measures that sizes are compared by. */
export type Compared = Readonly<Partial<Record<MetricName, RowSums>>>

/**
 * The measures that sizes are compared by: the metric; for accuracy the cross-entropy, too, as a single row of few is more
 * than a tolerance.
 */
export const measuresOf = (metric: MetricName): readonly MetricName[] =>
  metric === 'accuracy' ? [metric, 'cross-entropy'] : [metric]

/** Measures a network on the validation rows; nothing where there are none. */
export function comparedOf({ data, metric }: Trial, network: Network): Compared {
  const rows = measuresOf(metric).map(
    (name) => [name, evaluateRows(network, data, data.splits.validation, name)] as const,
  )
  return Object.fromEntries(rows.flatMap(([name, sums]) => (sums ? [[name, sums]] : [])))
}
