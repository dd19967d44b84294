export type Numbers = ArrayLike<number>

/** What some metrics ask for beside outputs and targets. */
export interface MetricOptions {
  /**
   * The class that metrics of one class are about. Without it, it is the last of two classes; of several, the
   * metric is the mean over all.
   */
  readonly positive?: number
  /** What is added to the logits before the largest is taken as the decision; nothing by default. */
  readonly offsets?: readonly number[]
  /**
   * The cost of each decision, [true class][decided class]; none by default. The least expected one decides
   * where there are no offsets.
   */
  readonly costs?: readonly (readonly number[])[]
  /** The precision of recall-at-precision; 0.9 by default. */
  readonly precision?: number
  /** The recall of precision-at-recall; 0.9 by default. */
  readonly recall?: number
  /** The quantile of the pinball loss; 0.5 by default. */
  readonly quantile?: number
}

/**
 * A metric of predictions: its direction, and its value in float64. Outputs are rows × width (logits, or values
 * in original units); targets are class indices, one per row, or values. The value is NaN where the rows do not
 * define it, as where a class is absent.
 */
export interface Metric {
  readonly higherIsBetter: boolean
  /** Whether it is in units of the targets. */
  readonly inUnits: boolean
  /** Whether it sees decisions or orders only, so that a single row can change it by a lot, or nothing at all. */
  readonly coarse: boolean
  /** What the rows say of it, from which its value follows for any of them, repeated or left out. */
  rows(outputs: Numbers, targets: Numbers, width: number, options?: MetricOptions): MeasuredRows
  value(outputs: Numbers, targets: Numbers, width: number, options?: MetricOptions): number
}

/** What rows say of a metric. */
export type MeasuredRows = RowSums | CountedRows

/** The contributions of rows to some sums, row by row, rows × sums, and the metric's value from sums. */
export interface RowSums {
  readonly sums: number
  readonly values: Float64Array
  of(sums: Float64Array): number
}

/** Rows of which a metric is no function of sums: its value if each counts as often as `counts` says. */
export interface CountedRows {
  readonly rows: number
  counted(counts: Float64Array): number
}

/** The sums over all rows. */
export function totals({ sums, values }: Pick<RowSums, 'sums' | 'values'>): Float64Array {
  const all = new Float64Array(sums)
  values.forEach((value, i) => (all[i % sums]! += value))
  return all
}

/** The value of a metric on all of its rows. */
export const valueOfRows = (rows: MeasuredRows): number =>
  'sums' in rows ? rows.of(totals(rows)) : rows.counted(new Float64Array(rows.rows).fill(1))

/** The value of a metric on units of its rows, of which some are drawn, each perhaps more than once. */
export function drawnFrom(
  rows: MeasuredRows,
  units: readonly (readonly number[])[],
): (drawn: Uint32Array) => number {
  if ('counted' in rows) {
    const counts = new Float64Array(rows.rows)
    return (drawn) => {
      counts.fill(0)
      for (const unit of drawn) for (const row of units[unit]!) counts[row]!++
      return rows.counted(counts)
    }
  }
  const { sums, values } = rows
  const ofUnits = new Float64Array(units.length * sums)
  units.forEach((unitRows, unit) => {
    for (const row of unitRows)
      for (let s = 0; s < sums; s++) ofUnits[unit * sums + s]! += values[row * sums + s]!
  })
  const total = new Float64Array(sums)
  return (drawn) => {
    total.fill(0)
    for (const unit of drawn) for (let s = 0; s < sums; s++) total[s]! += ofUnits[unit * sums + s]!
    return rows.of(total)
  }
}

type Kind = Partial<Pick<Metric, 'higherIsBetter' | 'inUnits' | 'coarse'>>

/** A metric by what its rows say. Lower is better, and it is neither coarse nor in units, unless `kind` says so. */
export const metricBy = (kind: Kind, rows: Metric['rows']): Metric => ({
  higherIsBetter: false,
  inUnits: false,
  coarse: false,
  ...kind,
  rows,
  value: (outputs, targets, width, options) => valueOfRows(rows(outputs, targets, width, options)),
})

/** A metric that is a mean over rows, transformed by `finish`. */
export function meanOver(
  kind: Kind,
  ofRow: (outputs: Numbers, targets: Numbers, width: number, row: number, options: MetricOptions) => number,
  finish: (mean: number) => number = (mean) => mean,
): Metric {
  const of = ([rows, total]: Float64Array) => finish(total! / rows!)
  return metricBy(kind, (outputs, targets, width, options = {}) => {
    const values = new Float64Array((2 * outputs.length) / width)
    for (let row = 0; 2 * row < values.length; row++) {
      values[2 * row] = 1
      values[2 * row + 1] = ofRow(outputs, targets, width, row, options)
    }
    return { sums: 2, values, of }
  })
}
