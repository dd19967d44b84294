/** Numbers as whole ones: value = (q − zero) · scale. */
export interface Quantization {
  readonly scale: number
  readonly zero: number
}

/** The affine form of a range in 256 steps from `least` on. 0 is held exactly, because kernels have many. */
export function affineOf([low, high]: readonly [number, number], least: number): Quantization {
  const [min, max] = [Math.min(0, low), Math.max(0, high)]
  const scale = (max - min) / 255 || 1
  return { scale, zero: least + Math.round(-min / scale) }
}

/** The whole number of a value, at least `least` and at most 255 more. */
export const quantized = (value: number, { scale, zero }: Quantization, least: number): number =>
  Math.min(least + 255, Math.max(least, Math.round(value / scale) + zero))

/** The least and the greatest of some values; [0, 0] without any. */
export function rangeOf(values: Iterable<number>): [number, number] {
  let [min, max] = [0, 0]
  for (const value of values) {
    if (value < min) min = value
    if (value > max) max = value
  }
  return [min, max]
}
