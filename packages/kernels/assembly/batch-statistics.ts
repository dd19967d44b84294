import { F32, loadLanes, madd, zero } from './lanes'
import { chunkRows, upperHalf } from './reduce'

/**
 * Adds rows of [rows, channels] to the mean and the summed squares of each column, 2 · channels float64 in
 * `totals`, which already hold `before` rows. Sums and squares are taken around each chunk's first row, and
 * the chunks are joined in float64 (Chan, Golub & LeVeque 1983), so that even a mean of a thousand standard
 * deviations loses no digits.
 */
export function addStatistics(x: usize, rows: i32, channels: i32, before: i32, totals: usize): void {
  const squares = totals + <usize>channels * 8
  const step = <usize>channels * F32
  const chunk = chunkRows(channels)
  for (let from = 0; from < rows; from += chunk) {
    const count = min(chunk, rows - from)
    for (let c = 0; c < channels; c += 4)
      chunkStatistics(
        x + <usize>c * F32,
        step,
        count,
        channels - c,
        before + from,
        totals + <usize>c * 8,
        squares + <usize>c * 8,
      )
    x += <usize>count * step
  }
}

/** Writes the mean and the (biased) variance of each column from what `addStatistics` has summed. */
export function closeStatistics(mean: usize, variance: usize, rows: i32, channels: i32, totals: usize): void {
  const squares = totals + <usize>channels * 8
  for (let c = 0; c < channels; c++) {
    store<f32>(mean + <usize>c * F32, <f32>load<f64>(totals + <usize>c * 8))
    store<f32>(variance + <usize>c * F32, <f32>(load<f64>(squares + <usize>c * 8) / <f64>rows))
  }
}

function chunkStatistics(
  x: usize,
  step: usize,
  count: i32,
  lanes: i32,
  before: i32,
  means: usize,
  squares: usize,
): void {
  const origin = loadLanes(x, lanes)
  let s0 = zero()
  let s1 = zero()
  let q0 = zero()
  let q1 = zero()
  let r = 0
  if (lanes >= 4)
    for (; r + 2 <= count; r += 2) {
      const a = f32x4.sub(v128.load(x), origin)
      const b = f32x4.sub(v128.load(x + step), origin)
      s0 = f32x4.add(s0, a)
      s1 = f32x4.add(s1, b)
      q0 = madd(a, a, q0)
      q1 = madd(b, b, q1)
      x += step * 2
    }
  for (; r < count; r++) {
    const a = f32x4.sub(loadLanes(x, lanes), origin)
    s0 = f32x4.add(s0, a)
    q0 = madd(a, a, q0)
    x += step
  }
  joinLanes(origin, f32x4.add(s0, s1), f32x4.add(q0, q1), lanes, <f64>count, <f64>before, means, squares)
}

/**
 * Joins a chunk of `n` rows, whose sums are taken around `origin`, with the `before` rows in mean and
 * squares.
 */
function joinLanes(
  origin: v128,
  sum: v128,
  squared: v128,
  lanes: i32,
  n: f64,
  before: f64,
  mean: usize,
  squares: usize,
): void {
  const share = n / (before + n)
  joinTwo(origin, sum, squared, lanes > 1, n, share, before * share, mean, squares)
  if (lanes < 3) return
  joinTwo(upperHalf(origin), upperHalf(sum), upperHalf(squared), lanes > 3, n, share, before * share, mean + 16, squares + 16)
}

/** Joins the lower two lanes, or only the first of them. */
function joinTwo(
  origin: v128,
  sum: v128,
  squared: v128,
  both: bool,
  n: f64,
  share: f64,
  cross: f64,
  mean: usize,
  squares: usize,
): void {
  const s = f64x2.promote_low_f32x4(sum)
  const part = f64x2.div(s, f64x2.splat(n))
  const spread = f64x2.max(f64x2.splat(0), f64x2.sub(f64x2.promote_low_f32x4(squared), f64x2.mul(s, part)))
  const old = loadDoubles(mean, both)
  const apart = f64x2.sub(f64x2.add(f64x2.promote_low_f32x4(origin), part), old)
  storeDoubles(mean, f64x2.add(old, f64x2.mul(apart, f64x2.splat(share))), both)
  const between = f64x2.mul(f64x2.mul(apart, apart), f64x2.splat(cross))
  storeDoubles(squares, f64x2.add(f64x2.add(loadDoubles(squares, both), spread), between), both)
}

// @ts-ignore: decorator
@inline
function loadDoubles(from: usize, both: bool): v128 {
  return both ? v128.load(from) : v128.load64_zero(from)
}

// @ts-ignore: decorator
@inline
function storeDoubles(to: usize, value: v128, both: bool): void {
  if (both) v128.store(to, value)
  else v128.store64_lane(to, value, 0)
}
