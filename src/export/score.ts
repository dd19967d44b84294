import { outputsOf, type Task } from '../data/types.js'
import { valueOfRows, type MetricRows } from '../objective/metric.js'
import { optionsOf } from '../objective/metric-options.js'
import { metrics, type MetricName } from '../objective/metrics.js'

/**
 * The smallest positive 32-bit float. Smaller probabilities are raised to it, so that their logarithm is
 * finite.
 */
const leastProbability = 2 ** -149

/** A metric of what an exported model predicts: probabilities, or values in original units, rows × width. */
export function scoreOf(
  name: MetricName,
  task: Task,
  outputs: Float64Array,
  targets: ArrayLike<number>,
): number {
  return valueOfRows(scoredRows(name, task, outputs, targets))
}

/** What the rows say of that metric. */
export function scoredRows(
  name: MetricName,
  task: Task,
  outputs: Float64Array,
  targets: ArrayLike<number>,
): MetricRows {
  const isClass = task.kind === 'classification'
  // Metrics of classes expect logits; logarithms of probabilities are valid logits.
  const said = isClass ? outputs.map((p) => Math.log(Math.max(p, leastProbability))) : outputs
  return metrics[name].rows(said, targets, outputsOf(task), optionsOf(task))
}
