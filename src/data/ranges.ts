import type { Dataset, Range } from './types.js'

/** The range of each feature (last axis) over the rows of some splits, in original units. */
export function rangesOf(
  { inputs, shape }: Pick<Dataset, 'inputs' | 'shape'>,
  splits: readonly Uint32Array[],
): Range[] {
  const size = shape.reduce((product, n) => product * n, 1)
  const features = shape.at(-1)!
  const least = new Float64Array(features).fill(Infinity)
  const greatest = new Float64Array(features).fill(-Infinity)
  for (const rows of splits)
    for (const row of rows)
      for (let i = 0; i < size; i++) {
        const value = inputs[row * size + i]!
        const feature = i % features
        // A missing value is NaN, which is neither.
        if (value < least[feature]!) least[feature] = value
        if (value > greatest[feature]!) greatest[feature] = value
      }
  return Array.from(least, (low, i) => (low <= greatest[i]! ? [low, greatest[i]!] : null))
}
