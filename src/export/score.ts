import { outputsOf, type Task } from '../data/types.js'
import { valueOfRows, type MeasuredRows } from '../objective/metric.js'
import { decided } from '../objective/decided.js'
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

/** The place of the class that the probabilities of a row decide for. */
export const decidedOf = (task: Task, probabilities: readonly number[]): number =>
  decided(probabilities.map(logitOf), probabilities.length, 0, optionsOf(task))

/** Whether probabilities decide for a class, or do but for rounding: two logits may be apart where these are equal. */
export function isDecided(task: Task, probabilities: Float64Array, place: number): boolean {
  const { threshold, costs } = (task.kind === 'classification' ? task.decision : undefined) ?? {}
  if (threshold === undefined && !costs) return probabilities[place] === Math.max(...probabilities)
  const said = decidedOf(task, [...probabilities])
  if (said === place) return true
  if (threshold !== undefined) {
    const share = probabilities[optionsOf(task).positive ?? 1]!
    return Math.abs(share - threshold) < rounding
  }
  const expected = (c: number) => costs!.reduce((sum, row, k) => sum + probabilities[k]! * row[c]!, 0)
  return expected(place) - expected(said) < rounding * Math.max(...costs!.flat())
}

/** What 32-bit probabilities may be wrong by. */
const rounding = 1e-6

const logitOf = (p: number): number => Math.log(Math.max(p, leastProbability))

/** What the rows say of that metric. */
export function scoredRows(
  name: MetricName,
  task: Task,
  outputs: Float64Array,
  targets: ArrayLike<number>,
): MeasuredRows {
  const isClass = task.kind === 'classification'
  // Metrics of classes expect logits; logarithms of probabilities are valid logits.
  const said = isClass ? outputs.map(logitOf) : outputs
  return metrics[name].rows(said, targets, outputsOf(task), optionsOf(task))
}
