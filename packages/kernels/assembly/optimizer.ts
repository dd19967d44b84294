import { loadLanes, storeLanes } from './lanes'
import { dot } from './reduce'

/**
 * One parameter array in a table of 32 bytes a row: the addresses of value, gradient, first and second slot
 * and the length, as u32; then decay (λ of the l2 term), threshold (of the proximal step) and the factor of
 * the learning rate as f32.
 */
const ROW: usize = 32

// @ts-ignore: decorator
@inline
function pointer(row: usize, field: usize): usize {
  return <usize>load<u32>(row + field * 4)
}

/**
 * |w| reduced by the threshold, but not below 0, with w's sign: the proximal operator of threshold · ‖w‖₁.
 */
// @ts-ignore: decorator
@inline
function shrink(w: v128, threshold: v128): v128 {
  const size = f32x4.max(f32x4.sub(f32x4.abs(w), threshold), f32x4.splat(0))
  return v128.bitselect(w, size, f32x4.splat(-0.0))
}

/**
 * SGD with momentum over a table, in place: v ← m v + (s g + d w), w ← shrink(w − η v, threshold). `scale` is
 * s.
 */
export function sgdStep(table: usize, rows: i32, rate: f32, momentum: f32, scale: f32): void {
  const m = f32x4.splat(momentum)
  const s = f32x4.splat(scale)
  for (let row = 0; row < rows; row++) {
    let w = pointer(table, 0)
    let g = pointer(table, 1)
    let v = pointer(table, 2)
    const n = load<i32>(table, 16)
    const decay = v128.load32_splat(table, 20)
    const threshold = v128.load32_splat(table, 24)
    const eta = f32x4.splat(rate * load<f32>(table, 28))
    for (let i = 0; i < n; i += 4) {
      const left = n - i
      const value = loadLanes(w, left)
      const gradient = f32x4.add(f32x4.mul(loadLanes(g, left), s), f32x4.mul(value, decay))
      const velocity = f32x4.add(f32x4.mul(loadLanes(v, left), m), gradient)
      storeLanes(v, velocity, left)
      storeLanes(w, shrink(f32x4.sub(value, f32x4.mul(velocity, eta)), threshold), left)
      w += 16
      g += 16
      v += 16
    }
    table += ROW
  }
}

/**
 * Adam (arXiv:1412.6980) over a table, in place. `first` and `second` are 1 − β^t, the corrections of the two
 * slots.
 */
export function adamStep(
  table: usize,
  rows: i32,
  rate: f32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  first: f32,
  second: f32,
  scale: f32,
): void {
  const b1 = f32x4.splat(beta1)
  const b2 = f32x4.splat(beta2)
  const c1 = f32x4.splat(1 - beta1)
  const c2 = f32x4.splat(1 - beta2)
  const corrected = rate / first
  const correction = f32x4.splat(1 / second)
  const e = f32x4.splat(epsilon)
  const s = f32x4.splat(scale)
  for (let row = 0; row < rows; row++) {
    let w = pointer(table, 0)
    let g = pointer(table, 1)
    let p = pointer(table, 2)
    let q = pointer(table, 3)
    const n = load<i32>(table, 16)
    const decay = v128.load32_splat(table, 20)
    const threshold = v128.load32_splat(table, 24)
    const eta = f32x4.splat(corrected * load<f32>(table, 28))
    for (let i = 0; i < n; i += 4) {
      const left = n - i
      const value = loadLanes(w, left)
      const gradient = f32x4.add(f32x4.mul(loadLanes(g, left), s), f32x4.mul(value, decay))
      const mean = f32x4.add(f32x4.mul(loadLanes(p, left), b1), f32x4.mul(gradient, c1))
      const square = f32x4.add(f32x4.mul(loadLanes(q, left), b2), f32x4.mul(f32x4.mul(gradient, gradient), c2))
      storeLanes(p, mean, left)
      storeLanes(q, square, left)
      const root = f32x4.add(f32x4.sqrt(f32x4.mul(square, correction)), e)
      storeLanes(w, shrink(f32x4.sub(value, f32x4.mul(eta, f32x4.div(mean, root))), threshold), left)
      w += 16
      g += 16
      p += 16
      q += 16
    }
    table += ROW
  }
}

/** The sum of squares of every gradient in a table. */
export function squaredNorm(table: usize, rows: i32): f64 {
  let total: f64 = 0
  for (let row = 0; row < rows; row++) {
    const g = pointer(table, 1)
    total += dot(g, g, load<i32>(table, 16))
    table += ROW
  }
  return total
}

/** value ← value + share · (gradient − value) over a table: moves averages towards observed values. */
export function blendStep(table: usize, rows: i32, share: f32): void {
  const part = f32x4.splat(share)
  for (let row = 0; row < rows; row++) {
    let w = pointer(table, 0)
    let g = pointer(table, 1)
    const n = load<i32>(table, 16)
    for (let i = 0; i < n; i += 4) {
      const value = loadLanes(w, n - i)
      const apart = f32x4.sub(loadLanes(g, n - i), value)
      storeLanes(w, f32x4.add(value, f32x4.mul(apart, part)), n - i)
      w += 16
      g += 16
    }
    table += ROW
  }
}
