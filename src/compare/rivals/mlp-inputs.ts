import { valueWidth } from '../../data/categories.js'
import { fitScaler, scale } from '../../data/scale.js'
import type { PreparedData } from '../../data/types.js'
import { clipped } from './clipped.js'

/**
 * A table's inputs as the rival MLP reads them, rows × features: numbers by median and quartiles, smoothly
 * clipped; categories as one-hot, 0 or 1; features of two values as ±1. Scales are those of `train`.
 */
export function mlpInputs({ dataset, splits, scaler }: PreparedData): Float32Array {
  const { inputs, features } = dataset
  const width = features.length
  const scaled = scale(inputs, fitScaler(dataset, splits.train, 'robust').input, scaler.fill)
  const ofCategories = oneHotFeatures(dataset)
  const ends = features.map((_, feature) =>
    twoValues(Array.from(splits.train, (row) => inputs[row * width + feature]!)),
  )
  return scaled.map((z, i) => {
    const feature = i % width
    const value = Number.isNaN(inputs[i]!) ? scaler.fill[feature]! : inputs[i]!
    if (ofCategories.has(feature)) return value
    const two = ends[feature]
    return two ? Math.sign(value - (two[0] + two[1]) / 2) : clipped(z)
  })
}

/** The features that are one of three or more categories of a column. */
function oneHotFeatures({ encoding }: PreparedData['dataset']): Set<number> {
  const featureIndices = new Set<number>()
  let at = 0
  for (const column of encoding.columns) {
    const { categories, indicator } = column
    const count = valueWidth(column)
    if (categories && count > 2) for (let i = 0; i < count; i++) featureIndices.add(at + i)
    at += count + (indicator === true ? 1 : 0)
  }
  return featureIndices
}

/** The two values that occur, if there are only two. */
function twoValues(values: readonly number[]): readonly [number, number] | undefined {
  const known = [...new Set(values.filter((value) => !Number.isNaN(value)))].slice(0, 3)
  return known.length === 2 ? [known[0]!, known[1]!] : undefined
}
