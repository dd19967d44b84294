import { quantile } from '../../base/quantile.js'
import { valueWidth } from '../../data/categories.js'
import type { Dataset, PreparedData } from '../../data/types.js'
import { clipped } from './clipped.js'

/** A feature of RealMLP: the position of a feature of the table, or the difference of two of them. */
interface Read {
  readonly feature: number
  readonly minus?: number
  /** Whether it is of a category, which is all 0 where it is missing. */
  readonly isCategory: boolean
}

/**
 * A table's inputs as RealMLP reads them (arXiv:2407.04491, §3), rows × `width`. A column of two categories is
 * one feature, ±1; others are one-hot; a missing category is 0. Every feature, those of categories included,
 * has its median taken off, is multiplied by a factor and smoothly clipped. Medians and factors are those of
 * `rows`; missing numbers are filled as the data say.
 */
export function realmlpInputs(
  { dataset, scaler }: PreparedData,
  rows: Uint32Array,
): { readonly inputs: Float32Array; readonly width: number } {
  const reads = readsOf(dataset)
  const width = reads.length
  const inputs = new Float32Array(dataset.rows * width)
  reads.forEach((read, column) => {
    const valueOf = (row: number): number => valueAt(dataset, scaler.fill, row, read)
    const { median, factor } = robust(Float64Array.from(rows, valueOf).sort())
    for (let row = 0; row < dataset.rows; row++)
      inputs[row * width + column] = clipped(factor * (valueOf(row) - median))
  })
  return { inputs, width }
}

function readsOf({ encoding, features }: Dataset): Read[] {
  const reads: Read[] = []
  let at = 0
  for (const column of encoding.columns) {
    const { categories, indicator } = column
    const count = valueWidth(column)
    const isCategory = categories !== undefined
    if (isCategory && count === 2) reads.push({ feature: at, minus: at + 1, isCategory })
    else for (let i = 0; i < count; i++) reads.push({ feature: at + i, isCategory })
    at += count
    if (indicator === true) reads.push({ feature: at++, isCategory: false })
  }
  // A file of arrays has numbers and no columns.
  for (; at < features.length; at++) reads.push({ feature: at, isCategory: false })
  return reads
}

function valueAt(
  { inputs, features: { length } }: Dataset,
  fill: readonly number[],
  row: number,
  { feature, minus, isCategory }: Read,
): number {
  const known = (at: number): number => {
    const value = inputs[row * length + at]!
    return Number.isNaN(value) ? (isCategory ? 0 : fill[at]!) : value
  }
  return minus === undefined ? known(feature) : known(feature) - known(minus)
}

/**
 * The median of ascending values, and the factor 1 / (q₃ − q₁); if the quartiles are equal, 2 / (max − min);
 * 0 for a constant.
 */
function robust(sorted: Float64Array): { readonly median: number; readonly factor: number } {
  const spread = quantile(sorted, 0.75) - quantile(sorted, 0.25)
  const unit = spread > 0 ? spread : (sorted.at(-1)! - sorted[0]!) / 2
  return { median: quantile(sorted, 0.5), factor: unit > 0 ? 1 / unit : 0 }
}
