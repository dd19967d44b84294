import type { RandomSource } from '../base/random.js'

export interface SeriesChanges {
  /** The standard deviation of normal noise that is added to every value, in units of scaled inputs. */
  readonly jitter?: number
  /**
   * The number of consecutive steps, anywhere in the series, that are set to 0 in all channels: the mean of
   * standardised data.
   */
  readonly mask?: number
}

/**
 * Adds noise to a batch of series, then masks a stretch of each. `batch` holds one series of [steps, channels]
 * for each of `rows`. The draws depend only on seed, row number and epoch, not on the batch in which a row is.
 */
export function augmentSeries(
  batch: Float32Array,
  shape: readonly number[],
  rows: Uint32Array,
  epoch: number,
  random: RandomSource,
  { jitter = 0, mask = 0 }: SeriesChanges,
): Float32Array {
  const [steps, channels] = shape as [number, number]
  const size = steps * channels
  const result = batch.slice()
  rows.forEach((row, i) => {
    const series = result.subarray(i * size, (i + 1) * size)
    if (jitter > 0) {
      const noise = random.stream('jitter', String(row), epoch).normals(size)
      noise.forEach((value, k) => (series[k]! += jitter * value))
    }
    if (mask > 0) {
      const from = random.stream('mask', String(row), epoch).integer(steps - mask + 1)
      series.fill(0, from * channels, (from + mask) * channels)
    }
  })
  return result
}
