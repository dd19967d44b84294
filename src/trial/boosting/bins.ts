/** How many ranges the values of a feature are divided into at most; one byte holds the index of a range. */
export const mostRanges = 256

/** Rows whose values are replaced by the index of the range in which they lie. */
export interface Binned {
  readonly rows: number
  readonly features: number
  /** rows × features. */
  readonly bins: Uint8Array
  /** For each feature the ascending limits between its ranges: a value is in range b if b limits are below it. */
  readonly limits: readonly Float32Array[]
  /** Where the ranges of each feature begin among those of all features, and at the end their number. */
  readonly offsets: Uint32Array
}

/**
 * Divides each feature of some rows (rows × features, without NaN) into ranges: one for each value or, if
 * there are more than `mostRanges` values, ranges of about equally many rows.
 */
export function binned(inputs: Float32Array, features: number): Binned {
  const rows = inputs.length / features
  const limits: Float32Array[] = []
  const bins = new Uint8Array(inputs.length)
  const column = new Float32Array(rows)
  for (let f = 0; f < features; f++) {
    for (let row = 0; row < rows; row++) column[row] = inputs[row * features + f]!
    const featureLimits = limitsOf(column.slice().sort())
    limits.push(featureLimits)
    for (let row = 0; row < rows; row++) bins[row * features + f] = below(featureLimits, column[row]!)
  }
  const offsets = new Uint32Array(features + 1)
  limits.forEach((featureLimits, f) => (offsets[f + 1] = offsets[f]! + featureLimits.length + 1))
  return { rows, features, bins, limits, offsets }
}

/** The limits between the ranges of ascending values. A limit is the greatest value of the range below it. */
function limitsOf(sorted: Float32Array): Float32Array {
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1])
  if (distinct.length <= mostRanges) return distinct.subarray(0, distinct.length - 1)
  const last = sorted.length - 1
  const cuts = Array.from(
    { length: mostRanges - 1 },
    (_, i) => sorted[Math.floor(((i + 1) * last) / mostRanges)]!,
  )
  return Float32Array.from(new Set(cuts.filter((value) => value < sorted[last]!)))
}

/** How many limits are below a value. */
function below(limits: Float32Array, value: number): number {
  let [low, high] = [0, limits.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (limits[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
