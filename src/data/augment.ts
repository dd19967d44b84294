import type { RandomSource } from '../base/random.js'

export interface ImageChanges {
  /** The largest shift along each axis in pixels. Edge pixels fill the gap. */
  readonly shift?: number
  /**
   * The pixels that are padded on every side before the image's own size is cut out of it at random. They are
   * 0, the mean of standardised data. Used instead of `shift`.
   */
  readonly crop?: number
  /** Whether each image is mirrored left to right with probability ½. */
  readonly flip?: boolean
  /**
   * The side of a square, anywhere on the image, that is set to 0, the mean of standardised data
   * (arXiv:1708.04552).
   */
  readonly cutout?: number
}

/**
 * Shifts or crops a batch of images at random, mirrors them, and cuts squares out. `batch` holds one image of
 * [height, width, channels] for each of `rows`. The draws depend only on seed, row number and epoch, not on
 * the batch in which a row is.
 */
export function augmentImages(
  batch: Float32Array,
  shape: readonly number[],
  rows: Uint32Array,
  epoch: number,
  random: RandomSource,
  { shift = 0, crop = 0, flip = false, cutout = 0 }: ImageChanges,
): Float32Array {
  const [height, width, channels] = shape as [number, number, number]
  const size = height * width * channels
  const result = new Float32Array(batch.length)
  const most = crop > 0 ? crop : shift
  const source = crop > 0 ? inside : clamp
  rows.forEach((row, i) => {
    const draw = random.stream('augment', String(row), epoch)
    const down = draw.integer(2 * most + 1) - most
    const right = draw.integer(2 * most + 1) - most
    const mirrored = draw.uniform() < 0.5 && flip
    const hole = cutout > 0 && { top: draw.integer(height), left: draw.integer(width) }
    for (let y = 0; y < height; y++) {
      const fromY = source(y - down, height)
      for (let x = 0; x < width; x++) {
        const unshifted = source(x - right, width)
        if (fromY < 0 || unshifted < 0) continue
        const fromX = mirrored ? width - 1 - unshifted : unshifted
        const from = i * size + (fromY * width + fromX) * channels
        result.set(batch.subarray(from, from + channels), i * size + (y * width + x) * channels)
      }
    }
    if (hole) cutSquare(result.subarray(i * size, (i + 1) * size), shape, hole, cutout)
  })
  return result
}

/** Sets a square around a position to 0, clipped to the image. */
function cutSquare(
  image: Float32Array,
  shape: readonly number[],
  { top, left }: { top: number; left: number },
  side: number,
): void {
  const [height, width, channels] = shape as [number, number, number]
  const [y, x] = [top - (side >> 1), left - (side >> 1)]
  const [fromX, toX] = [Math.max(0, x), Math.min(width, x + side)]
  for (let row = Math.max(0, y); row < Math.min(height, y + side); row++)
    image.fill(0, (row * width + fromX) * channels, (row * width + toX) * channels)
}

const clamp = (index: number, size: number) => Math.min(size - 1, Math.max(0, index))

/** The index itself, or -1 in the padding. */
const inside = (index: number, size: number) => (index < size ? Math.max(-1, index) : -1)
