import { madd } from './lanes'

/** Above HIGHEST, eˣ is infinity in float32; below LOWEST, it is 0. */
const HIGHEST: f32 = 88.7228317
const LOWEST: f32 = -104

/**
 * If this is added to a number with an absolute value below 2²², the lowest bits of the sum hold the nearest
 * whole number.
 */
const ROUNDER: f32 = 12582912

/** n + ROUNDER, where n is the whole number nearest to x / ln 2. */
// @ts-ignore: decorator
@inline
function powerOf(x: v128): v128 {
  return f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504)), f32x4.splat(ROUNDER))
}

/** x − n ln 2. ln 2 is split into two parts, the first short enough that n times it is exact. */
// @ts-ignore: decorator
@inline
function restOf(x: v128, rounded: v128): v128 {
  const n = f32x4.sub(rounded, f32x4.splat(ROUNDER))
  const rest = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)))
  return f32x4.add(rest, f32x4.mul(n, f32x4.splat(2.1219444e-4)))
}

/**
 * eᶠ − 1 = f + f² P(f) for |f| < 0.35. P was fitted by least squares, with weights adjusted until the largest
 * error was smallest.
 */
// @ts-ignore: decorator
@inline
function nearOne(f: v128): v128 {
  let p = f32x4.splat(0.00138146181)
  p = madd(p, f, f32x4.splat(0.00836870996))
  p = madd(p, f, f32x4.splat(0.0416683873))
  p = madd(p, f, f32x4.splat(0.166665207))
  p = madd(p, f, f32x4.splat(0.499999935))
  return madd(p, f32x4.mul(f, f), f)
}

/** 2ⁿ for a whole number n from −126 to 127, from the result of `powerOf`. */
// @ts-ignore: decorator
@inline
function twoTo(rounded: v128): v128 {
  return i32x4.add(i32x4.shl(rounded, 23), i32x4.splat(0x3f800000))
}

/**
 * eˣ, within 2 units in the last place for results from the smallest float32 to the largest; NaN stays NaN.
 */
// @ts-ignore: decorator
@inline
export function exponential(x: v128): v128 {
  // `pmax` and `pmin` replace x only if a comparison is true, so NaN stays NaN.
  const bounded = f32x4.pmin(f32x4.pmax(x, f32x4.splat(LOWEST)), f32x4.splat(HIGHEST))
  const rounder = f32x4.splat(ROUNDER)
  const n = powerOf(bounded)
  const near = f32x4.add(nearOne(restOf(bounded, n)), f32x4.splat(1))
  // 2ⁿ is applied as two factors, because 2¹²⁸ is too large for float32 and 2⁻¹⁵⁰ too small.
  const half = f32x4.floor(f32x4.mul(f32x4.sub(n, rounder), f32x4.splat(0.5)))
  const value = f32x4.mul(f32x4.mul(near, twoTo(f32x4.add(half, rounder))), twoTo(f32x4.sub(n, half)))
  return v128.bitselect(f32x4.splat(Infinity), value, f32x4.gt(x, f32x4.splat(HIGHEST)))
}

/** eˣ − 1 for x ≤ 0, without losing the digits of a small x; NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function exponentialLessOne(x: v128): v128 {
  const bounded = f32x4.pmax(x, f32x4.splat(-30))
  const n = powerOf(bounded)
  const near = nearOne(restOf(bounded, n))
  // In 2ⁿ (eᶠ − 1) + (2ⁿ − 1), the second term is 0 for n = 0, so that a small x is not rounded away.
  const power = twoTo(n)
  return madd(near, power, f32x4.sub(power, f32x4.splat(1)))
}
