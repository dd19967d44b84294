import { gather } from '../data/batches.js'
import { unscale } from '../data/scale.js'
import { outputsOf, type PreparedData } from '../data/types.js'
import { valueOfRows, type MeasuredRows } from '../objective/metric.js'
import { optionsOf } from '../objective/metric-options.js'
import { metrics, type MetricName } from '../objective/metrics.js'
import { forwardRows } from './memory.js'
import type { PassNetwork } from './network.js'
import { recordedOutputs } from './recorded-outputs.js'

/** The rows per forward pass, if memory allows. */
const batchSize = 256

/**
 * The network's task outputs for some rows, using moving averages in batch norms: logits, or values in
 * original units. rows × width, in the order of `rows`.
 */
export function predictRows(network: PassNetwork, data: PreparedData, rows: Uint32Array): Float64Array {
  return unscale(taskOutputs(network, data, rows), data.scaler.target)
}

/** The network's task outputs before unscaling: values in scaled units. */
export function taskOutputs(network: PassNetwork, data: PreparedData, rows: Uint32Array): Float32Array {
  const { shape } = data.dataset
  const length = shape.reduce((product, n) => product * n, 1)
  const parts: Float32Array[] = []
  const size = forwardRows(network.graph, ['task'], batchSize)
  for (let from = 0; from < rows.length; from += size) {
    const batch = rows.subarray(from, from + size)
    parts.push(recordedOutputs(network, gather(data.inputs, length, batch), batch.length, shape))
  }
  return concatenate(parts)
}

/** The task outputs of a network for inputs [rows, …shape], [rows · outputs]. */
export function inputOutputs(
  network: PassNetwork,
  inputs: Float32Array,
  rows: number,
  shape: readonly number[],
): Float32Array {
  const length = inputs.length / rows
  const parts: Float32Array[] = []
  const size = forwardRows(network.graph, ['task'], batchSize)
  for (let from = 0; from < rows; from += size) {
    const count = Math.min(size, rows - from)
    const some = inputs.subarray(from * length, (from + count) * length)
    parts.push(recordedOutputs(network, some, count, shape))
  }
  return concatenate(parts)
}

/** A metric of the network on some rows, in original units. Null if there are no rows. */
export function evaluate(
  network: PassNetwork,
  data: PreparedData,
  rows: Uint32Array,
  metric: MetricName,
): number | null {
  return valueOf(evaluateRows(network, data, rows, metric))
}

/** What each row says of a metric of the network. Null if there are no rows. */
export function evaluateRows(
  network: PassNetwork,
  data: PreparedData,
  rows: Uint32Array,
  metric: MetricName,
): MeasuredRows | null {
  if (rows.length === 0) return null
  const { task, targets } = data.dataset
  const width = outputsOf(task)
  const perRow = task.kind === 'classification' ? 1 : width
  const outputs = predictRows(network, data, rows)
  return metrics[metric].rows(outputs, gather(targets, perRow, rows), width, optionsOf(task))
}

/** The value of a metric from what its rows say; null without rows. */
export const valueOf = (rows: MeasuredRows | null): number | null => rows && valueOfRows(rows)

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
