import { F32, loadLanes, madd, storeLanes } from './lanes'
import { dot } from './reduce'

/** dx = dy where y > 0, else 0: the gradient of ReLU by its output. */
export function reluGradient(dy: usize, y: usize, dx: usize, n: i32): void {
  const none = f32x4.splat(0)
  let i = 0
  for (; i + 4 <= n; i += 4) {
    v128.store(dx, v128.and(v128.load(dy), f32x4.gt(v128.load(y), none)))
    dy += 16
    y += 16
    dx += 16
  }
  if (i < n) storeLanes(dx, v128.and(loadLanes(dy, n - i), f32x4.gt(loadLanes(y, n - i), none)), n - i)
}

/** total += x, in place. */
export function addInto(total: usize, x: usize, n: i32): void {
  let i = 0
  for (; i + 4 <= n; i += 4) {
    v128.store(total, f32x4.add(v128.load(total), v128.load(x)))
    total += 16
    x += 16
  }
  if (i < n) storeLanes(total, f32x4.add(loadLanes(total, n - i), loadLanes(x, n - i)), n - i)
}

/** y = Σ_m g[m] · x_m, with the addresses of the x_m as u32 in `inputs`; a part at a time, so that y stays in cache. */
export function weightedSum(inputs: usize, gates: usize, y: usize, members: i32, n: i32): void {
  const part = 2048
  for (let from = 0; from < n; from += part) {
    const count = min(part, n - from)
    for (let m = 0; m < members; m++) {
      const x = <usize>load<u32>(inputs + <usize>m * 4) + <usize>from * F32
      const gate = f32x4.splat(load<f32>(gates + <usize>m * F32))
      addScaled(x, gate, y + <usize>from * F32, count, m == 0)
    }
  }
}

function addScaled(x: usize, gate: v128, y: usize, n: i32, first: bool): void {
  let i = 0
  if (first)
    for (; i + 4 <= n; i += 4) {
      v128.store(y, f32x4.mul(v128.load(x), gate))
      x += 16
      y += 16
    }
  else
    for (; i + 4 <= n; i += 4) {
      v128.store(y, madd(v128.load(x), gate, v128.load(y)))
      x += 16
      y += 16
    }
  if (i == n) return
  const scaled = f32x4.mul(loadLanes(x, n - i), gate)
  storeLanes(y, first ? scaled : f32x4.add(scaled, loadLanes(y, n - i)), n - i)
}

/** dg[m] = Σ dy ⊙ x_m: the gradient of the gates of `weightedSum`. */
export function gateGradients(inputs: usize, dy: usize, out: usize, members: i32, n: i32): void {
  for (let m = 0; m < members; m++)
    store<f32>(out + <usize>m * F32, <f32>dot(<usize>load<u32>(inputs + <usize>m * 4), dy, n))
}

/** y = x · factor[at]. */
export function scaleBy(x: usize, factor: usize, y: usize, n: i32): void {
  addScaled(x, f32x4.splat(load<f32>(factor)), y, n, true)
}
