export type MetricName = 'accuracy' | 'cross-entropy' | 'rmse' | 'mae' | 'r2'

type Numbers = ArrayLike<number>

/**
 * A metric of predictions: its direction, and its value in float64, computed from sums over rows. Outputs are
 * rows × width (logits, or values in original units); targets are class indices, one per row, or values.
 */
export interface Metric {
  readonly higherIsBetter: boolean
  /**
   * The contribution of each row to the sums, rows × number of sums. Sums over any rows, repeated or left
   * out, give a value.
   */
  rows(outputs: Numbers, targets: Numbers, width: number): RowSums
  /** The metric's value from sums over rows. */
  of(sums: Float64Array): number
  value(outputs: Numbers, targets: Numbers, width: number): number
}

/** The contributions of rows to some sums, row by row. */
export interface RowSums {
  readonly sums: number
  readonly values: Float64Array
}

/** The sums over all rows. */
export function totals({ sums, values }: RowSums): Float64Array {
  const all = new Float64Array(sums)
  values.forEach((value, i) => (all[i % sums]! += value))
  return all
}

const metric = (higherIsBetter: boolean, rows: Metric['rows'], of: Metric['of']): Metric => ({
  higherIsBetter,
  rows,
  of,
  value: (outputs, targets, width) => of(totals(rows(outputs, targets, width))),
})

/** A metric that is a mean over rows, transformed by `finish`. */
const meanOver = (
  higherIsBetter: boolean,
  ofRow: (outputs: Numbers, targets: Numbers, width: number, row: number) => number,
  finish: (mean: number) => number = (mean) => mean,
): Metric =>
  metric(
    higherIsBetter,
    (outputs, targets, width) => {
      const values = new Float64Array((2 * outputs.length) / width)
      for (let row = 0; 2 * row < values.length; row++) {
        values[2 * row] = 1
        values[2 * row + 1] = ofRow(outputs, targets, width, row)
      }
      return { sums: 2, values }
    },
    ([rows, total]) => finish(total! / rows!),
  )

const accuracy = meanOver(true, (outputs, targets, width, row) => {
  let best = 0
  for (let c = 1; c < width; c++) if (outputs[row * width + c]! > outputs[row * width + best]!) best = c
  return best === targets[row] ? 1 : 0
})

const crossEntropy = meanOver(false, (outputs, targets, width, row) => {
  let top = -Infinity
  let sum = 0
  for (let c = 0; c < width; c++) top = Math.max(top, outputs[row * width + c]!)
  for (let c = 0; c < width; c++) sum += Math.exp(outputs[row * width + c]! - top)
  return top + Math.log(sum) - outputs[row * width + targets[row]!]!
})

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
const r2 = metric(
  true,
  (outputs, targets, width) => {
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
    return { sums, values }
  },
  ([count, error, squared, ...distances]) => {
    const spread = distances.reduce((sum, distance) => sum - square(distance) / count!, squared!)
    // For equal targets, only rounding errors remain.
    return spread <= 1e-12 * squared! ? NaN : 1 - error! / spread
  },
)

/** Every metric, by name. */
export const metrics: Readonly<Record<MetricName, Metric>> = {
  accuracy,
  'cross-entropy': crossEntropy,
  rmse: meanOver(false, meanError(square), Math.sqrt),
  mae: meanOver(false, meanError(Math.abs)),
  r2,
}

const ofNumbers: readonly MetricName[] = ['rmse', 'mae', 'r2']

/** The metrics that fit a kind of task. */
export const metricsOf: Readonly<
  Record<'classification' | 'regression' | 'forecasting', readonly MetricName[]>
> = { classification: ['accuracy', 'cross-entropy'], regression: ofNumbers, forecasting: ofNumbers }

/** Whether `a` is better than `b` by more than `margin` (≥ 0). A missing `b` is worse than anything. */
export function isBetter(metric: MetricName, a: number, b: number | null, margin = 0): boolean {
  if (b === null) return Number.isFinite(a)
  return metrics[metric].higherIsBetter ? a > b + margin : a < b - margin
}

/** A metric as an error that is 0 at best: 1 minus accuracy or r2, the other metrics unchanged. */
export const errorOf = (metric: MetricName, value: number): number =>
  metrics[metric].higherIsBetter ? 1 - value : value
