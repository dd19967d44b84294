export type MetricName = 'accuracy' | 'cross-entropy' | 'rmse' | 'mae' | 'r2'

type Numbers = ArrayLike<number>

/**
 * A metric of predictions: its direction, and its value in float64, out of sums over rows. Outputs are rows × width
 * (logits, or values in original units), targets class indices, one a row, or values.
 */
export interface Metric {
  readonly higherIsBetter: boolean
  /** What each row adds to the sums: rows × their number. Sums of any rows, repeated or left out, make a value. */
  rows(outputs: Numbers, targets: Numbers, width: number): RowSums
  /** What sums over rows come to. */
  of(sums: Float64Array): number
  value(outputs: Numbers, targets: Numbers, width: number): number
}

/** What rows add to some sums, row by row. */
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

/** A mean over rows, of which `finish` makes the metric. */
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

/** 1 − Σ(output − target)² / Σ(target − mean)²; not a number where the targets are all equal. */
const r2 = metric(
  true,
  (outputs, targets, width) => {
    const mean = Array.from(targets).reduce((a, b) => a + b, 0) / targets.length
    const values = new Float64Array((4 * outputs.length) / width)
    for (let i = 0; i < outputs.length; i++) {
      const at = 4 * Math.floor(i / width)
      const distance = targets[i]! - mean
      values[at]! += 1
      values[at + 1]! += square(outputs[i]! - targets[i]!)
      values[at + 2]! += distance
      values[at + 3]! += square(distance)
    }
    return { sums: 4, values }
  },
  ([count, error, distance, squared]) => {
    const spread = squared! - square(distance!) / count!
    // What is left of equal targets is rounding.
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

/** Is `a` better than `b` by more than `margin` (≥ 0)? A missing `b` is worse than anything. */
export function isBetter(metric: MetricName, a: number, b: number | null, margin = 0): boolean {
  if (b === null) return Number.isFinite(a)
  return metrics[metric].higherIsBetter ? a > b + margin : a < b - margin
}

/** A metric as an error, 0 at best: what accuracy and r2 lack of 1, the others as they are. */
export const errorOf = (metric: MetricName, value: number): number =>
  metrics[metric].higherIsBetter ? 1 - value : value
