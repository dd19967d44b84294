import { F32, loadLanes, madd, storeLanes } from './lanes'

/** y = tanh(x), within 2 units in the last place; NaN stays NaN. */
export function tanh(x: usize, y: usize, n: i32): void {
  for (let i = 0; i < n; i += 4) {
    const at = <usize>i * F32
    storeLanes(y + at, tanhOf(loadLanes(x + at, n - i)), n - i)
  }
}

/**
 * Below this, tanh is computed as an odd polynomial, because 1 − 2 / (e²ˣ + 1) would lose the last digits of
 * x.
 */
const SMALL: f32 = 0.6
/** From here on, tanh is 1 in float32. */
const LARGE: f32 = 9.1

// @ts-ignore: decorator
@inline
function tanhOf(x: v128): v128 {
  const size = f32x4.abs(x)
  const one = f32x4.splat(1)
  const power = exponential(f32x4.min(f32x4.add(size, size), f32x4.splat(2 * LARGE)))
  const far = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(power, one)))
  const signed = v128.bitselect(far, x, i32x4.splat(0x7fffffff))
  return v128.bitselect(near(x), signed, f32x4.lt(size, f32x4.splat(SMALL)))
}

/**
 * x + x³ P(x²) for |x| < 0.6. P was fitted by least squares, with weights adjusted until the largest error
 * was smallest.
 */
// @ts-ignore: decorator
@inline
function near(x: v128): v128 {
  const square = f32x4.mul(x, x)
  let p = f32x4.splat(-0.00590586064)
  p = madd(p, square, f32x4.splat(0.0208053776))
  p = madd(p, square, f32x4.splat(-0.0537866814))
  p = madd(p, square, f32x4.splat(0.133319582))
  p = madd(p, square, f32x4.splat(-0.333332993))
  return madd(f32x4.mul(p, square), x, x)
}

/**
 * eˣ = 2ⁿ eᶠ for 0 ≤ x < 80, where n is nearest to x / ln 2 and eᶠ = 1 + f + f² P(f). P was fitted like the
 * one in `near`.
 */
// @ts-ignore: decorator
@inline
function exponential(x: v128): v128 {
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504)))
  // ln 2 is split into two parts, the first short enough that n times it is exact.
  const rest = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)))
  const f = f32x4.add(rest, f32x4.mul(n, f32x4.splat(2.12194440e-4)))
  let p = f32x4.splat(0.00138146181)
  p = madd(p, f, f32x4.splat(0.00836870996))
  p = madd(p, f, f32x4.splat(0.0416683873))
  p = madd(p, f, f32x4.splat(0.166665207))
  p = madd(p, f, f32x4.splat(0.499999935))
  p = f32x4.add(madd(p, f32x4.mul(f, f), f), f32x4.splat(1))
  const scale = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23)
  return f32x4.mul(p, scale)
}
