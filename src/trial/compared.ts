import { fineMetric, type MetricName } from '../objective/metrics.js'
import { evaluateRows } from '../train/evaluate.js'
import type { Network } from '../train/network.js'
import type { Compared, Retrained } from './figures.js'
import type { Trial } from './types.js'
import { withNetwork } from './with-network.js'

/**
 * The measures by which sizes are compared: the metric and, for one of decisions or orders, cross-entropy as
 * well, because with few rows a single one changes the accuracy by more than a tolerance.
 */
export const measuresOf = (metric: MetricName): readonly MetricName[] =>
  fineMetric(metric) === metric ? [metric] : [metric, fineMetric(metric)]

/** Measures a network on the validation rows; empty if there are none. */
export function comparedOf({ data, metric }: Trial, network: Network): Compared {
  const rows = measuresOf(metric).map(
    (name) => [name, evaluateRows(network, data, data.splits.validation, name)] as const,
  )
  return Object.fromEntries(rows.flatMap(([name, sums]) => (sums ? [[name, sums]] : [])))
}

/** The same for a network that was retrained. */
export const comparedNetwork = (
  trial: Trial,
  { graph, values }: Pick<Retrained, 'graph' | 'values'>,
): Compared => withNetwork(graph, values, (network) => comparedOf(trial, network))
