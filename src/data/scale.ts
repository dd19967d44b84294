import { InputError } from '../base/errors.js'
import { quantile } from '../base/quantile.js'
import type { Config } from '../config/config-schema.js'
import { continuedColumns } from './continued.js'
import type { Numbers } from './content.js'
import type { Dataset, Scale, Scaler } from './types.js'

/** How inputs are scaled: `config.data.scaling`. */
export type Scaling = NonNullable<Config['data']['scaling']>

/** Columns of tables have tails and values that are wrong; neither are known of pixels, and a series goes on where it goes. */
export const usualScaling = ({ encoding }: Dataset): Scaling =>
  encoding.kind === 'table' ? 'robust' : 'standard'

/** Where inputs end under `robust`, in deviations. */
const bend = 3

/** Fits fills and scales on some rows (those of `train`): per feature of the last axis, and per output. */
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
  const apart = (each: readonly Moments[]) => ({ mean: each.map((m) => m.mean), std: each.map((m) => m.std) })
  return { input: apart(input), target: apart(target), fill, ...(isRobust && { bend }) }
}

/** Of each output; a forecast is in the scale of the series that it continues. */
function targetMoments(dataset: Dataset, rows: Uint32Array, input: readonly Moments[]): readonly Moments[] {
  const { task, targets, rows: all } = dataset
  if (task.kind === 'classification') return []
  const continued = continuedColumns(dataset)
  if (continued) return continued.map((column) => input[column]!)
  return columnValues(targets, all, task.outputs.length, rows).map((values) => moments(values))
}

/**
 * (x − mean) / std over rows whose last axis has one entry of `mean` each, in 64-bit floats until it is near 0;
 * NaN becomes `fill` first.
 */
export function scale(values: Numbers, { mean, std }: Scale, fill?: readonly number[]): Float32Array {
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

/** Scaled inputs as a network reads them: b · tanh(z / b) under a bend b, else as they are. */
export const bent = (scaled: Float32Array, { bend: b }: Pick<Scaler, 'bend'>): Float32Array =>
  b === undefined ? scaled : scaled.map((z) => b * Math.tanh(z / b))

/** x · std + mean: back to original units. Without a scale, as for classes, x as it is. */
export function unscale(values: Numbers, { mean, std }: Scale): Float64Array {
  const width = mean.length
  if (width === 0) return Float64Array.from(values)
  return Float64Array.from(values, (value, i) => value * std[i % width]! + mean[i % width]!)
}

/** The values of some rows by feature of the last axis (all positions of it together), NaN included. */
function columnValues(data: Numbers, rows: number, features: number, chosen: Uint32Array): Float64Array[] {
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

/** Mean and standard deviation (over n) after filling; a constant has std 1, so that it scales to 0. */
function moments(values: Float64Array, fill = NaN): Moments {
  const filled = values.map((value) => (Number.isNaN(value) ? fill : value))
  if (filled.every((value) => value === filled[0])) return { mean: filled[0]!, std: 1 }
  const mean = filled.reduce((sum, value) => sum + value, 0) / filled.length
  const variance = filled.reduce((sum, value) => sum + (value - mean) ** 2, 0) / filled.length
  return { mean, std: Math.sqrt(variance) || 1 }
}

/**
 * Median, and the deviation of a normal distribution with the same quartiles, (q₃ − q₁) / 1.349: what a few values far off
 * do not move. Mean and deviation where there are but two values, or half of all are the same.
 */
function quartiles(values: Float64Array, fill = NaN): Moments {
  const sorted = values.map((value) => (Number.isNaN(value) ? fill : value)).sort()
  const isTwo = sorted.every((value) => value === sorted[0] || value === sorted.at(-1))
  const spread = quantile(sorted, 0.75) - quantile(sorted, 0.25)
  if (isTwo || !(spread > 0)) return moments(values, fill)
  return { mean: quantile(sorted, 0.5), std: spread / 1.349 }
}

/** What fills each feature by the data set's policy; the mean where none is missing, for then none needs it. */
function fills({ encoding, features }: Dataset, columns: readonly Float64Array[]): number[] {
  if (encoding.kind === 'images' || encoding.kind === 'sequences')
    return columns.map((values, c) => fillOf(values, encoding.missing, features[c]!))
  const result: number[] = []
  for (const { name, categories, indicator } of encoding.columns) {
    const own = columns.slice(result.length, result.length + (categories?.length ?? 1))
    if (categories === undefined) result.push(fillOf(own[0]!, encoding.missing, name))
    else for (const value of mostFrequentCategory(own)) result.push(value)
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

/** The value that occurs most often, the smallest of them where several do. */
function mostFrequent(values: Float64Array): number {
  const counts = new Map<number, number>()
  for (const value of values.toSorted()) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts.entries()].reduce((best, each) => (each[1] > best[1] ? each : best))[0]
}

/** A mean of categories is no category, so all policies fill with the most frequent one, one-hot. */
function mostFrequentCategory(columns: readonly Float64Array[]): number[] {
  const counts = columns.map((values) => values.reduce((sum, value) => sum + (value === 1 ? 1 : 0), 0))
  const best = counts.indexOf(counts.reduce((most, count) => Math.max(most, count), 0))
  return counts.map((_, category) => (category === best ? 1 : 0))
}
