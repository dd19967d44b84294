import { gather } from '../../data/batches.js'
import { outputsOf } from '../../data/types.js'
import type { MetricOptions } from '../../objective/metric.js'
import { optionsOf } from '../../objective/metric-options.js'
import { metrics, type MetricName } from '../../objective/metrics.js'
import type { Criterion } from '../../config/criterion-schema.js'
import type { JudgedModel, Disturb, Measurement } from './types.js'

/** A metric of a model on some rows; null if there are none. */
export function metricOn(
  { data, outputs }: Pick<JudgedModel, 'data' | 'outputs'>,
  name: MetricName,
  rows: Uint32Array,
  disturb?: Disturb,
  options: MetricOptions = {},
): number | null {
  if (rows.length === 0) return null
  const { task, targets } = data.dataset
  const width = outputsOf(task)
  const perRow = task.kind === 'classification' ? 1 : width
  return metrics[name].value(outputs(rows, disturb), gather(targets, perRow, rows), width, {
    ...optionsOf(task),
    ...options,
  })
}

/** The worst of some values of a metric, with its place; no value if there are none. */
export function worstBy(
  name: MetricName,
  measurements: readonly { readonly where: string; readonly value: number }[],
): Measurement {
  const { higherIsBetter } = metrics[name]
  const isWorse = (a: number, b: number) => Number.isNaN(a) || (higherIsBetter ? a < b : a > b)
  const [first, ...others] = measurements
  if (!first) return { value: null }
  return others.reduce((worst, each) => (isWorse(each.value, worst.value) ? each : worst), first)
}

/** The metric that a criterion takes: its own, or the run's. */
export const metricFor = ({ metric }: JudgedModel, { of }: Criterion): MetricName => of ?? metric

/** The rows of a criterion's split by a key of each, in the order in which the keys appear. */
export function rowsBy<K>(rows: Uint32Array, keyOf: (row: number) => K): Map<K, Uint32Array> {
  const lists = new Map<K, number[]>()
  for (const row of rows) {
    const key = keyOf(row)
    const list = lists.get(key)
    if (list) list.push(row)
    else lists.set(key, [row])
  }
  return new Map([...lists].map(([key, list]) => [key, Uint32Array.from(list)]))
}
