import { gather } from '../data/batches.js'
import { outputsOf, type PreparedData } from '../data/types.js'
import { decided } from '../objective/decided.js'
import { listedMetrics } from '../objective/listed-metrics.js'
import type { MetricOptions } from '../objective/metric.js'
import { optionsOf } from '../objective/metric-options.js'
import { metrics } from '../objective/metrics.js'
import type { TrialMetrics } from './figures.js'

/** What is known of a network on the test rows beside the metric by which it was chosen. */
export type TestFigures = Pick<TrialMetrics['test'], 'metrics' | 'positive' | 'confusion'>

/** The most classes of which a table of decisions is kept. */
const mostClasses = 20

/** The listed metrics and the table of decisions of what a network says of the test rows; empty without rows. */
export function testFigures(
  { dataset, splits }: PreparedData,
  outputs: ArrayLike<number>,
  options: MetricOptions = optionsOf(dataset.task),
): TestFigures {
  const { task } = dataset
  if (splits.test.length === 0) return {}
  const width = outputsOf(task)
  const isClass = task.kind === 'classification'
  const targets = gather(dataset.targets, isClass ? 1 : width, splits.test)
  const listed = listedMetrics(task).map((name) => {
    const value = metrics[name].value(outputs, targets, width, options)
    return [name, Number.isFinite(value) ? value : null] as const
  })
  return {
    metrics: Object.fromEntries(listed),
    ...(isClass && task.positive !== undefined && { positive: task.positive }),
    ...(isClass &&
      width <= mostClasses && {
        confusion: { classes: task.classes, rows: confusionOf(outputs, targets, width, options) },
      }),
  }
}

/** How many rows of each class (first axis) are decided to be of each class (second axis). */
function confusionOf(
  outputs: ArrayLike<number>,
  targets: ArrayLike<number>,
  width: number,
  options: MetricOptions,
): number[][] {
  const counts = Array.from({ length: width }, () => Array.from({ length: width }, () => 0))
  for (let row = 0; row < targets.length; row++)
    counts[targets[row]!]![decided(outputs, width, row, options)]!++
  return counts
}
