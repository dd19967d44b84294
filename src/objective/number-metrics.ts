import type { NumberMetricName } from '../config/metric-names.js'
import { meanOver, metricBy, type Metric, type Numbers } from './metric.js'

const inUnits = { inUnits: true }

/** The mean of f(output − target) over the outputs of a row. */
const meanError =
  (f: (error: number) => number) =>
  (outputs: Numbers, targets: Numbers, width: number, row: number): number => {
    let sum = 0
    for (let i = row * width; i < (row + 1) * width; i++) sum += f(outputs[i]! - targets[i]!)
    return sum / width
  }

const square = (x: number): number => x * x

/**
 * 1 − Σ(output − target)² / Σ(target − mean)², with a mean for each output; NaN if the targets of each output
 * are all equal. The sums are: rows, errors, squares, then the distances of each output.
 */
const r2 = metricBy({ higherIsBetter: true }, (outputs, targets, width) => {
  const rows = outputs.length / width
  const means = Float64Array.from({ length: width }, (_, k) => {
    let sum = 0
    for (let i = k; i < targets.length; i += width) sum += targets[i]!
    return sum / rows
  })
  const sums = 3 + width
  const values = new Float64Array(sums * rows)
  for (let i = 0; i < outputs.length; i++) {
    const [at, output] = [sums * Math.floor(i / width), i % width]
    const distance = targets[i]! - means[output]!
    values[at] = 1
    values[at + 1]! += square(outputs[i]! - targets[i]!)
    values[at + 2]! += square(distance)
    values[at + 3 + output] = distance
  }
  return { sums, values, of: determined }
})

function determined([count, error, squared, ...distances]: Float64Array): number {
  const spread = distances.reduce((sum, distance) => sum - square(distance) / count!, squared!)
  // For equal targets, only rounding errors remain.
  return spread <= 1e-12 * squared! ? NaN : 1 - error! / spread
}

const ratio = ([known, total]: Float64Array): number => total! / known!

/** The mean of |output − target| / |target| over the targets that are not 0; NaN if all are. */
const mape = metricBy({}, (outputs, targets, width) => {
  const values = new Float64Array((2 * outputs.length) / width)
  for (let i = 0; i < outputs.length; i++) {
    if (targets[i] === 0) continue
    const at = 2 * Math.floor(i / width)
    values[at]!++
    values[at + 1]! += Math.abs(outputs[i]! - targets[i]!) / Math.abs(targets[i]!)
  }
  return { sums: 2, values, of: ratio }
})

/** The median of |output − target|, as a mean over the outputs. */
const medianError = metricBy(inUnits, (outputs, targets, width) => {
  const rows = outputs.length / width
  const errors = Float64Array.from(outputs, (output, i) => Math.abs(output - targets[i]!))
  const orders = Array.from({ length: width }, (_, k) =>
    Uint32Array.from({ length: rows }, (_row, row) => row).sort(
      (a, b) => errors[a * width + k]! - errors[b * width + k]!,
    ),
  )
  return {
    rows,
    counted(counts) {
      const all = counts.reduce((sum, count) => sum + count, 0)
      const medians = orders.map((order, k) =>
        medianOf(order, counts, all, (row) => errors[row * width + k]!),
      )
      return medians.reduce((sum, each) => sum + each, 0) / width
    },
  }
})

/** The median of values in their order, each so many times: with an even number, the mean of the middle two. */
function medianOf(
  order: Uint32Array,
  counts: Float64Array,
  all: number,
  value: (row: number) => number,
): number {
  const at = (place: number): number => {
    let passed = 0
    for (const row of order) if ((passed += counts[row]!) > place) return value(row)
    return NaN
  }
  return (at(Math.floor((all - 1) / 2)) + at(Math.floor(all / 2))) / 2
}

/** The mean of q · (target − output) where the target is above, and (1 − q) · (output − target) where below. */
const pinball = meanOver(inUnits, (outputs, targets, width, row, { quantile = 0.5 }) =>
  meanError((error) => (error < 0 ? -quantile * error : (1 - quantile) * error))(
    outputs,
    targets,
    width,
    row,
  ),
)

/** The metrics of numbers, by name. */
export const numberMetrics: Readonly<Record<NumberMetricName, Metric>> = {
  rmse: meanOver(inUnits, meanError(square), Math.sqrt),
  mae: meanOver(inUnits, meanError(Math.abs)),
  r2,
  mape,
  'median-error': medianError,
  pinball,
}
