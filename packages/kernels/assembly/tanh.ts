import { exponentialLessOne } from './exponential'
import { F32, loadLanes, storeLanes } from './lanes'

/** y = tanh(x), within 2 units in the last place; NaN stays NaN. */
export function tanh(x: usize, y: usize, n: i32): void {
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const at = <usize>i * F32
    v128.store(y + at, tanhOf(v128.load(x + at)))
  }
  const at = <usize>i * F32
  if (i < n) storeLanes(y + at, tanhOf(loadLanes(x + at, n - i)), n - i)
}

/** tanh |x| = −d / (d + 2), where d = e^−2|x| − 1 keeps the digits of a small x. */
// @ts-ignore: decorator
@inline
function tanhOf(x: v128): v128 {
  const two = f32x4.splat(2)
  const d = exponentialLessOne(f32x4.mul(f32x4.abs(x), f32x4.neg(two)))
  const size = f32x4.abs(f32x4.div(d, f32x4.add(d, two)))
  return v128.or(size, v128.and(x, i32x4.splat(0x80000000)))
}
