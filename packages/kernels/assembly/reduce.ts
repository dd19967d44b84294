import { F32, loadLanes, madd, storeLanes, zero } from './lanes'

/**
 * The number of floats that are summed in float32 before the sum is added in float64: small enough that
 * rounding does not build up, large enough that the float64 part costs nothing.
 */
export const CHUNK: i32 = 2048

/** The number of rows of `channels` floats that make up a chunk; of rows of nothing, too. */
// @ts-ignore: decorator
@inline
export function chunkRows(channels: i32): i32 {
  return max<i32>(8, CHUNK / max<i32>(1, channels))
}

/**
 * The number of rows of `channels` floats for a sweep column by column that sums nothing: 4 KB, so that the
 * cache lines that one column loads are still there for the next, although they lie far apart if channels are
 * many.
 */
// @ts-ignore: decorator
@inline
export function sweepRows(channels: i32): i32 {
  return max<i32>(4, 1024 / max<i32>(1, channels))
}

/** Adds the first n of four float32 lanes to float64 totals. */
// @ts-ignore: decorator
@inline
export function addLanes(totals: usize, value: v128, n: i32): void {
  if (n < 4) return addPart(totals, value, n)
  v128.store(totals, f64x2.add(v128.load(totals), f64x2.promote_low_f32x4(value)))
  const high = upperHalf(value)
  v128.store(totals, f64x2.add(v128.load(totals, 16), f64x2.promote_low_f32x4(high)), 16)
}

/** The upper two lanes, in both halves of the result. */
// @ts-ignore: decorator
@inline
export function upperHalf(value: v128): v128 {
  return v128.shuffle<f64>(value, value, 1, 1)
}

function addPart(totals: usize, value: v128, n: i32): void {
  store<f64>(totals, load<f64>(totals) + <f64>f32x4.extract_lane(value, 0))
  if (n > 1) store<f64>(totals + 8, load<f64>(totals + 8) + <f64>f32x4.extract_lane(value, 1))
  if (n > 2) store<f64>(totals + 16, load<f64>(totals + 16) + <f64>f32x4.extract_lane(value, 2))
}

/** y[outer, inner] = scale · Σ_mid x[outer, mid, inner]. `totals` has room for `inner` float64. */
export function sumMiddle(x: usize, y: usize, outer: i32, mid: i32, inner: i32, scale: f64, totals: usize): void {
  const size = <usize>mid * <usize>inner * F32
  for (let o = 0; o < outer; o++) {
    if (inner == 1) store<f32>(y, <f32>(scale * sumOf(x, mid)))
    else {
      memory.fill(totals, 0, <usize>inner * 8)
      sumColumns(x, totals, mid, inner)
      for (let i = 0; i < inner; i++)
        store<f32>(y + <usize>i * F32, <f32>(scale * load<f64>(totals + <usize>i * 8)))
    }
    x += size
    y += <usize>inner * F32
  }
}

/** Adds the column sums of [rows, channels] to float64 totals. */
function sumColumns(x: usize, totals: usize, rows: i32, channels: i32): void {
  const step = <usize>channels * F32
  const chunk = chunkRows(channels)
  for (let from = 0; from < rows; from += chunk) {
    const count = min(chunk, rows - from)
    for (let c = 0; c < channels; c += 4) {
      const lanes = channels - c
      let at = x + <usize>c * F32
      let s0 = zero()
      let s1 = zero()
      let r = 0
      if (lanes >= 4)
        for (; r + 2 <= count; r += 2) {
          s0 = f32x4.add(s0, v128.load(at))
          s1 = f32x4.add(s1, v128.load(at + step))
          at += step * 2
        }
      for (; r < count; r++) {
        s0 = f32x4.add(s0, loadLanes(at, lanes))
        at += step
      }
      addLanes(totals + <usize>c * 8, f32x4.add(s0, s1), lanes)
    }
    x += <usize>count * step
  }
}

/** The sum of n floats. */
export function sumOf(x: usize, n: i32): f64 {
  let total: f64 = 0
  let i = 0
  while (i < n) {
    const end = min(n, i + CHUNK)
    let s0 = zero()
    let s1 = zero()
    for (; i + 8 <= end; i += 8) {
      s0 = f32x4.add(s0, v128.load(x))
      s1 = f32x4.add(s1, v128.load(x, 16))
      x += 32
    }
    for (; i < end; i += 4) {
      s0 = f32x4.add(s0, loadLanes(x, end - i))
      x += 16
    }
    total += sumLanes(f32x4.add(s0, s1))
    i = end
  }
  return total
}

/** The inner product of two arrays of n floats. */
export function dot(x: usize, y: usize, n: i32): f64 {
  let total: f64 = 0
  let i = 0
  while (i < n) {
    const end = min(n, i + CHUNK)
    let s0 = zero()
    let s1 = zero()
    for (; i + 8 <= end; i += 8) {
      s0 = madd(v128.load(x), v128.load(y), s0)
      s1 = madd(v128.load(x, 16), v128.load(y, 16), s1)
      x += 32
      y += 32
    }
    for (; i < end; i += 4) {
      s0 = madd(loadLanes(x, end - i), loadLanes(y, end - i), s0)
      x += 16
      y += 16
    }
    total += sumLanes(f32x4.add(s0, s1))
    i = end
  }
  return total
}

/** The sum of four lanes in float64. */
// @ts-ignore: decorator
@inline
export function sumLanes(v: v128): f64 {
  return (
    <f64>f32x4.extract_lane(v, 0) +
    <f64>f32x4.extract_lane(v, 1) +
    <f64>f32x4.extract_lane(v, 2) +
    <f64>f32x4.extract_lane(v, 3)
  )
}

/** dx[outer, mid, inner] = scale · dy[outer, inner]: the gradient of `sumMiddle`. */
export function spreadMiddle(dy: usize, dx: usize, outer: i32, mid: i32, inner: i32, scale: f32): void {
  const factor = f32x4.splat(scale)
  const bytes = <usize>inner * F32
  for (let o = 0; o < outer; o++) {
    if (inner == 1) {
      const value = f32x4.mul(f32x4.splat(load<f32>(dy)), factor)
      for (let m = 0; m < mid; m += 4) {
        storeLanes(dx, value, mid - m)
        dx += <usize>min(4, mid - m) * F32
      }
    } else
      for (let m = 0; m < mid; m++) {
        for (let i = 0; i < inner; i += 4) {
          const at = <usize>i * F32
          storeLanes(dx + at, f32x4.mul(loadLanes(dy + at, inner - i), factor), inner - i)
        }
        dx += bytes
      }
    dy += bytes
  }
}
