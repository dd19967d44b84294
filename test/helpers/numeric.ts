/** The central-difference gradient of f, in float64, at float32 values. */
export function numericGradient(
  f: (values: Float32Array) => number,
  at: Float32Array,
  step = 2e-3,
): Float64Array {
  return Float64Array.from(at, (value, i) => {
    const moved = (by: number) => {
      const copy = at.slice()
      copy[i] = value + by
      return { value: f(copy), at: copy[i] }
    }
    const [up, down] = [moved(step), moved(-step)]
    return (up.value - down.value) / (up.at - down.at)
  })
}

/** ‖got − want‖ / ‖want‖. */
export function relativeError(got: ArrayLike<number>, want: ArrayLike<number>): number {
  let difference = 0
  let norm = 0
  for (let i = 0; i < want.length; i++) {
    difference += (got[i]! - want[i]!) ** 2
    norm += want[i]! ** 2
  }
  return Math.sqrt(difference / Math.max(norm, 1e-30))
}

/** Σ a · b, in float64. */
export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0)

/** The place of the smallest value of a convex function on [low, high] (golden section). */
export function minimiser(f: (x: number) => number, low: number, high: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2
  let [a, b] = [low, high]
  for (let i = 0; i < 80; i++) {
    const [left, right] = [b - ratio * (b - a), a + ratio * (b - a)]
    if (f(left) < f(right)) b = right
    else a = left
  }
  return (a + b) / 2
}
