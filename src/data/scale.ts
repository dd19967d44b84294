import { InputError } from '../base/errors.js'
import { quantile } from '../base/quantile.js'
import type { Config } from '../config/config-schema.js'
import { continuedColumns } from './continued.js'
import type { FloatArray } from './content.js'
import { valueWidth } from './categories.js'
import type { Dataset, Scale, Scaler } from './types.js'

/** How inputs are scaled: the values of `config.data.scaling`. */
export type Scaling = NonNullable<Config['data']['scaling']>

/**
 * The default scaling. Columns of tables may have long tails and wrong values; pixels have neither, and a
 * series must be able to leave its range.
 */
export const usualScaling = ({ encoding }: Dataset): Scaling =>
  encoding.kind === 'table' ? 'robust' : 'standard'

/** The bound of inputs under `robust`, in deviations. */
const bend = 3

/**
 * Computes fills and scales from some rows (those of `train`): per feature of the last axis, and per output.
 */
export function fitScaler(
  dataset: Dataset,
  rows: Uint32Array,
  scaling: Scaling = usualScaling(dataset),
): Scaler {
  const features = dataset.shape[dataset.shape.length - 1]!
  const columns = columnValues(dataset.inputs, dataset.rows, features, rows)
  const fill = fills(dataset, columns)
  const isRobust = scaling === 'robust'
  if (isRobust && continuedColumns(dataset)) {
    throw new InputError(
      'config.data.scaling: expected standard for a forecast, which goes on from the last value of its series, got robust',
    )
  }
  const input = columns.map((values, feature) => (isRobust ? quartiles : moments)(values, fill[feature]))
  const target = targetMoments(dataset, rows, input)
  const scaleOf = (each: readonly Moments[]) => ({
    mean: each.map((m) => m.mean),
    std: each.map((m) => m.std),
  })
  return { input: scaleOf(input), target: scaleOf(target), fill, ...(isRobust && { bend }) }
}

/** The scale of each output; a forecast has the scale of the series that it continues. */
function targetMoments(dataset: Dataset, rows: Uint32Array, input: readonly Moments[]): readonly Moments[] {
  const { task, targets, rows: all } = dataset
  if (task.kind === 'classification') return []
  const continued = continuedColumns(dataset)
  if (continued) return continued.map((column) => input[column]!)
  return columnValues(targets, all, task.outputs.length, rows).map((values) => moments(values))
}

/**
 * Computes (x − mean) / std for rows whose last axis has one entry of `mean` per feature, in 64-bit floats up
 * to the result. NaN is replaced by `fill` first.
 */
export function scale(values: FloatArray, { mean, std }: Scale, fill?: readonly number[]): Float32Array {
  const width = mean.length
  const result = new Float32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const feature = i % width
    const value = values[i]!
    const known = Number.isNaN(value) ? (fill?.[feature] ?? value) : value
    result[i] = (known - mean[feature]!) / std[feature]!
  }
  return result
}

/**
 * Bends scaled inputs as a network reads them: b · tanh(z / b) with a bend b; without one, they are
 * unchanged.
 */
export const bent = (scaled: Float32Array, { bend: b }: Pick<Scaler, 'bend'>): Float32Array =>
  b === undefined ? scaled : scaled.map((z) => b * Math.tanh(z / b))

/** Computes x · std + mean, which is x in original units. Without a scale, as for classes, x is unchanged. */
export function unscale(values: FloatArray, { mean, std }: Scale): Float64Array {
  const width = mean.length
  if (width === 0) return Float64Array.from(values)
  return Float64Array.from(values, (value, i) => value * std[i % width]! + mean[i % width]!)
}

/** The values of some rows for each feature of the last axis (all positions together), including NaN. */
function columnValues(data: FloatArray, rows: number, features: number, chosen: Uint32Array): Float64Array[] {
  const size = data.length / rows
  const perRow = size / features
  const columns = Array.from({ length: features }, () => new Float64Array(chosen.length * perRow))
  chosen.forEach((row, i) => {
    for (let p = 0; p < size; p++)
      columns[p % features]![i * perRow + Math.floor(p / features)] = data[row * size + p]!
  })
  return columns
}

interface Moments {
  readonly mean: number
  readonly std: number
}

/** Mean and standard deviation (over n) after filling. A constant gets std 1, so that it scales to 0. */
function moments(values: Float64Array, fill = NaN): Moments {
  const filled = values.map((value) => (Number.isNaN(value) ? fill : value))
  if (filled.every((value) => value === filled[0])) return { mean: filled[0]!, std: 1 }
  const mean = filled.reduce((sum, value) => sum + value, 0) / filled.length
  const variance = filled.reduce((sum, value) => sum + (value - mean) ** 2, 0) / filled.length
  return { mean, std: Math.sqrt(variance) || 1 }
}

/**
 * The median, and the deviation of a normal distribution with the same quartiles, (q₃ − q₁) / 1.349. Neither
 * is moved by a few outliers. Mean and deviation are used instead if there are only two values, or if the
 * quartiles are equal.
 */
function quartiles(values: Float64Array, fill = NaN): Moments {
  const sorted = values.map((value) => (Number.isNaN(value) ? fill : value)).sort()
  const isTwo = sorted.every((value) => value === sorted[0] || value === sorted.at(-1))
  const spread = quantile(sorted, 0.75) - quantile(sorted, 0.25)
  if (isTwo || !(spread > 0)) return moments(values, fill)
  return { mean: quantile(sorted, 0.5), std: spread / 1.349 }
}

/**
 * The value that fills each feature by the data set's policy. Without missing values, it is the mean and not
 * used.
 */
function fills({ encoding, features }: Dataset, columns: readonly Float64Array[]): number[] {
  if (encoding.kind === 'images' || encoding.kind === 'sequences')
    return columns.map((values, c) => fillOf(values, encoding.missing, features[c]!))
  const result: number[] = []
  for (const column of encoding.columns) {
    const { name, categories, indicator } = column
    const featureValues = columns.slice(result.length, result.length + valueWidth(column))
    if (categories === undefined) result.push(fillOf(featureValues[0]!, encoding.missing, name))
    else for (const value of mostFrequentCategory(featureValues)) result.push(value)
    if (indicator === true) result.push(0)
  }
  return result
}

function fillOf(values: Float64Array, policy: string, name: string): number {
  const known = values.filter((value) => !Number.isNaN(value))
  if (known.length === 0) {
    throw new InputError(
      `data, column "${name}": expected a value in train to fill missing cells by, got none`,
    )
  }
  if (policy === 'median') return median(known)
  if (policy === 'most-frequent') return mostFrequent(known)
  return known.reduce((sum, value) => sum + value, 0) / known.length
}

function median(values: Float64Array): number {
  return quantile(values.toSorted(), 0.5)
}

/** The most frequent value, the smallest if there are several. */
function mostFrequent(values: Float64Array): number {
  const counts = new Map<number, number>()
  for (const value of values.toSorted()) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts.entries()].reduce((best, each) => (each[1] > best[1] ? each : best))[0]
}

/**
 * All policies fill with the most frequent category, one-hot, because a mean of categories is not a category.
 */
function mostFrequentCategory(columns: readonly Float64Array[]): number[] {
  const counts = columns.map((values) => values.reduce((sum, value) => sum + (value === 1 ? 1 : 0), 0))
  const best = counts.indexOf(counts.reduce((most, count) => Math.max(most, count), 0))
  return counts.map((_, category) => (category === best ? 1 : 0))
}
