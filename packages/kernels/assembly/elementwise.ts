import { F32, loadLanes, madd, storeLanes } from './lanes'
import { addLanes, chunkRows, dot, sweepRows } from './reduce'

/** dx = dy where 0 < y < limit, else 0: the gradient of ReLU, or of ReLU6, from its output. */
export function reluGradient(dy: usize, y: usize, dx: usize, n: i32, limit: f32): void {
  const most = f32x4.splat(limit)
  let i = 0
  for (; i + 4 <= n; i += 4) {
    v128.store(dx, v128.and(v128.load(dy), inside(v128.load(y), most)))
    dy += 16
    y += 16
    dx += 16
  }
  if (i < n) storeLanes(dx, v128.and(loadLanes(dy, n - i), inside(loadLanes(y, n - i), most)), n - i)
}

// @ts-ignore: decorator
@inline
function inside(y: v128, limit: v128): v128 {
  return v128.and(f32x4.gt(y, f32x4.splat(0)), f32x4.lt(y, limit))
}

/**
 * Sets a gradient [rows, channels] to 0, in place, where x ≤ mean: the gradient of ReLU after a batch norm,
 * from the batch norm's input. If `mean` is 0, that of a plain ReLU.
 */
export function maskRows(gradient: usize, x: usize, mean: usize, rows: i32, channels: i32): void {
  const step = <usize>channels * F32
  const chunk = sweepRows(channels)
  for (let done = 0; done < rows; done += chunk) {
    const count = min(chunk, rows - done)
    for (let c = 0; c < channels; c += 4) {
      const lanes = channels - c
      const offset = <usize>c * F32
      const least = mean ? loadLanes(mean + offset, lanes) : f32x4.splat(0)
      let at = gradient + offset
      let from = x + offset
      if (lanes >= 4)
        for (let r = 0; r < count; r++) {
          v128.store(at, v128.and(v128.load(at), f32x4.gt(v128.load(from), least)))
          at += step
          from += step
        }
      else
        for (let r = 0; r < count; r++) {
          const open = f32x4.gt(loadLanes(from, lanes), least)
          storeLanes(at, v128.and(loadLanes(at, lanes), open), lanes)
          at += step
          from += step
        }
    }
    gradient += <usize>count * step
    x += <usize>count * step
  }
}

/**
 * Does the same as `maskRows`, and adds the column sums of the remaining gradient and of gradient ⊙ (x −
 * mean) to 2 · channels float64 in `totals`. A batch norm's gradient needs these, and here both tensors are
 * in the cache.
 */
export function maskAndSumRows(
  gradient: usize,
  x: usize,
  mean: usize,
  rows: i32,
  channels: i32,
  totals: usize,
): void {
  const products = totals + <usize>channels * 8
  const step = <usize>channels * F32
  const chunk = chunkRows(channels)
  for (let from = 0; from < rows; from += chunk) {
    const count = min(chunk, rows - from)
    let c = 0
    for (; c + 8 <= channels; c += 8) {
      const offset = <usize>c * F32
      maskEight(gradient + offset, x + offset, mean + offset, count, step, totals + <usize>c * 8, products + <usize>c * 8)
    }
    for (; c < channels; c += 4) {
      const lanes = channels - c
      const offset = <usize>c * F32
      const centre = loadLanes(mean + offset, lanes)
      let at = gradient + offset
      let source = x + offset
      let sum = f32x4.splat(0)
      let product = sum
      for (let r = 0; r < count; r++) {
        const distance = f32x4.sub(loadLanes(source, lanes), centre)
        const open = v128.and(loadLanes(at, lanes), f32x4.gt(distance, f32x4.splat(0)))
        storeLanes(at, open, lanes)
        sum = f32x4.add(sum, open)
        product = madd(open, distance, product)
        at += step
        source += step
      }
      addLanes(totals + <usize>c * 8, sum, lanes)
      addLanes(products + <usize>c * 8, product, lanes)
    }
    gradient += <usize>count * step
    x += <usize>count * step
  }
}

/** Does this for eight channels at a time, so that no addition has to wait for the one before. */
function maskEight(
  gradient: usize,
  x: usize,
  mean: usize,
  rows: i32,
  step: usize,
  totals: usize,
  products: usize,
): void {
  const centre0 = v128.load(mean)
  const centre1 = v128.load(mean, 16)
  let s0 = f32x4.splat(0)
  let s1 = s0
  let p0 = s0
  let p1 = s0
  for (let r = 0; r < rows; r++) {
    let distance = f32x4.sub(v128.load(x), centre0)
    let open = v128.and(v128.load(gradient), f32x4.gt(distance, f32x4.splat(0)))
    v128.store(gradient, open)
    s0 = f32x4.add(s0, open)
    p0 = madd(open, distance, p0)
    distance = f32x4.sub(v128.load(x, 16), centre1)
    open = v128.and(v128.load(gradient, 16), f32x4.gt(distance, f32x4.splat(0)))
    v128.store(gradient, open, 16)
    s1 = f32x4.add(s1, open)
    p1 = madd(open, distance, p1)
    gradient += step
    x += step
  }
  addLanes(totals, s0, 4)
  addLanes(totals + 32, s1, 4)
  addLanes(products, p0, 4)
  addLanes(products + 32, p1, 4)
}

/** total += x, in place. */
export function addInto(total: usize, x: usize, n: i32): void {
  let i = 0
  for (; i + 16 <= n; i += 16) {
    v128.store(total, f32x4.add(v128.load(total), v128.load(x)))
    v128.store(total, f32x4.add(v128.load(total, 16), v128.load(x, 16)), 16)
    v128.store(total, f32x4.add(v128.load(total, 32), v128.load(x, 32)), 32)
    v128.store(total, f32x4.add(v128.load(total, 48), v128.load(x, 48)), 48)
    total += 64
    x += 64
  }
  for (; i + 4 <= n; i += 4) {
    v128.store(total, f32x4.add(v128.load(total), v128.load(x)))
    total += 16
    x += 16
  }
  if (i < n) storeLanes(total, f32x4.add(loadLanes(total, n - i), loadLanes(x, n - i)), n - i)
}

/**
 * y = Σ_m g[m] · x_m. `inputs` holds the addresses of the x_m as u32. It works on a part at a time, so that y
 * stays in cache.
 */
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

/**
 * Copies rows of `bytes` each, which lie `fromStep` and `toStep` bytes apart, such as parts of the last axis.
 */
export function copyRows(from: usize, to: usize, rows: i32, bytes: usize, fromStep: usize, toStep: usize): void {
  for (let r = 0; r < rows; r++) {
    if ((bytes & 15) == 0)
      for (let at: usize = 0; at < bytes; at += 16) v128.store(to + at, v128.load(from + at))
    else for (let at: usize = 0; at < bytes; at += 4) store<f32>(to + at, load<f32>(from + at))
    from += fromStep
    to += toStep
  }
}

/** dg[m] = Σ dy ⊙ x_m: the gradient of the gates of `weightedSum`. */
export function gateGradients(inputs: usize, dy: usize, out: usize, members: i32, n: i32): void {
  for (let m = 0; m < members; m++)
    store<f32>(out + <usize>m * F32, <f32>dot(<usize>load<u32>(inputs + <usize>m * 4), dy, n))
}

/** y = x · the number at the address `factor`. */
export function scaleBy(x: usize, factor: usize, y: usize, n: i32): void {
  addScaled(x, f32x4.splat(load<f32>(factor)), y, n, true)
}

/** y = x · factor for n numbers. */
export function scaleTo(x: usize, factor: f32, y: usize, n: i32): void {
  addScaled(x, f32x4.splat(factor), y, n, true)
}

/** Transposes x [rows, columns] to y [columns, rows]. */
export function turn(x: usize, y: usize, rows: i32, columns: i32): void {
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++)
      store<f32>(y + <usize>(c * rows + r) * F32, load<f32>(x + <usize>(r * columns + c) * F32))
}
