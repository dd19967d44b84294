import { F32, loadLanes, madd, storeLanes, zero } from './lanes'
import { addLanes, chunkRows, sweepRows } from './reduce'

/** y = (x − mean) · factor + offset for each column of [rows, channels]; `offset` may be 0 for none. */
export function normaliseRows(
  x: usize,
  y: usize,
  mean: usize,
  factor: usize,
  offset: usize,
  rows: i32,
  channels: i32,
): void {
  const step = <usize>channels * F32
  const chunk = sweepRows(channels)
  for (let from = 0; from < rows; from += chunk) {
    const count = min(chunk, rows - from)
    for (let c = 0; c < channels; c += 4) {
      const at = <usize>c * F32
      const lanes = channels - c
      const centre = loadLanes(mean + at, lanes)
      const scale = loadLanes(factor + at, lanes)
      const shift = offset ? loadLanes(offset + at, lanes) : zero()
      let source = x + at
      let target = y + at
      if (lanes >= 4)
        for (let r = 0; r < count; r++) {
          v128.store(target, madd(f32x4.sub(v128.load(source), centre), scale, shift))
          source += step
          target += step
        }
      else
        for (let r = 0; r < count; r++) {
          storeLanes(target, madd(f32x4.sub(loadLanes(source, lanes), centre), scale, shift), lanes)
          source += step
          target += step
        }
    }
    x += <usize>count * step
    y += <usize>count * step
  }
}

/** Adds the column sums of dy and of dy ⊙ (x − mean) to 2 · channels float64 in `totals`. */
export function batchNormSums(
  x: usize,
  dy: usize,
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
      const at = <usize>c * F32
      eightSums(x + at, dy + at, mean + at, step, count, totals + <usize>c * 8, products + <usize>c * 8)
    }
    for (; c < channels; c += 4) {
      const at = <usize>c * F32
      fourSums(x + at, dy + at, mean + at, step, count, channels - c, totals + <usize>c * 8, products + <usize>c * 8)
    }
    x += <usize>count * step
    dy += <usize>count * step
  }
}

/**
 * Sums eight channels at a time. For sixteen, which would be a cache line, there are too few registers: V8
 * loads everything first, and then keeps sums in memory.
 */
function eightSums(x: usize, dy: usize, mean: usize, step: usize, rows: i32, totals: usize, products: usize): void {
  const c0 = v128.load(mean)
  const c1 = v128.load(mean, 16)
  let s0 = zero()
  let s1 = zero()
  let q0 = zero()
  let q1 = zero()
  for (let r = 0; r < rows; r++) {
    const d0 = v128.load(dy)
    s0 = f32x4.add(s0, d0)
    q0 = madd(d0, f32x4.sub(v128.load(x), c0), q0)
    const d1 = v128.load(dy, 16)
    s1 = f32x4.add(s1, d1)
    q1 = madd(d1, f32x4.sub(v128.load(x, 16), c1), q1)
    x += step
    dy += step
  }
  addLanes(totals, s0, 4)
  addLanes(totals + 32, s1, 4)
  addLanes(products, q0, 4)
  addLanes(products + 32, q1, 4)
}

function fourSums(
  x: usize,
  dy: usize,
  mean: usize,
  step: usize,
  rows: i32,
  lanes: i32,
  totals: usize,
  products: usize,
): void {
  const centre = loadLanes(mean, lanes)
  let s = zero()
  let q = zero()
  for (let r = 0; r < rows; r++) {
    const d = loadLanes(dy, lanes)
    s = f32x4.add(s, d)
    q = madd(d, f32x4.sub(loadLanes(x, lanes), centre), q)
    x += step
    dy += step
  }
  addLanes(totals, s, lanes)
  addLanes(products, q, lanes)
}

/**
 * dx = factor · (dy − share − (x − mean) · slope) for each column of [rows, channels]. `slopes` holds factor,
 * share and slope, [3, channels].
 */
export function batchNormInput(
  x: usize,
  dy: usize,
  dx: usize,
  mean: usize,
  slopes: usize,
  rows: i32,
  channels: i32,
): void {
  const step = <usize>channels * F32
  const chunk = sweepRows(channels)
  for (let from = 0; from < rows; from += chunk) {
    const count = min(chunk, rows - from)
    let c = 0
    for (; c + 8 <= channels; c += 8) {
      const at = <usize>c * F32
      eightInputs(x + at, dy + at, dx + at, mean + at, slopes + at, step, count)
    }
    for (; c < channels; c += 4) {
      const at = <usize>c * F32
      const lanes = channels - c
      const centre = loadLanes(mean + at, lanes)
      const scale = loadLanes(slopes + at, lanes)
      const common = loadLanes(slopes + step + at, lanes)
      const tilt = loadLanes(slopes + step * 2 + at, lanes)
      let px = x + at
      let pd = dy + at
      let to = dx + at
      if (lanes >= 4)
        for (let r = 0; r < count; r++) {
          const tilted = f32x4.mul(f32x4.sub(v128.load(px), centre), tilt)
          v128.store(to, f32x4.mul(scale, f32x4.sub(f32x4.sub(v128.load(pd), common), tilted)))
          px += step
          pd += step
          to += step
        }
      else
        for (let r = 0; r < count; r++) {
          const tilted = f32x4.mul(f32x4.sub(loadLanes(px, lanes), centre), tilt)
          const value = f32x4.mul(scale, f32x4.sub(f32x4.sub(loadLanes(pd, lanes), common), tilted))
          storeLanes(to, value, lanes)
          px += step
          pd += step
          to += step
        }
    }
    x += <usize>count * step
    dy += <usize>count * step
    dx += <usize>count * step
  }
}

/** Does this for eight channels at a time. */
function eightInputs(x: usize, dy: usize, dx: usize, mean: usize, slopes: usize, step: usize, rows: i32): void {
  const centre0 = v128.load(mean)
  const centre1 = v128.load(mean, 16)
  const scale0 = v128.load(slopes)
  const scale1 = v128.load(slopes, 16)
  const common0 = v128.load(slopes + step)
  const common1 = v128.load(slopes + step, 16)
  const tilt0 = v128.load(slopes + step * 2)
  const tilt1 = v128.load(slopes + step * 2, 16)
  for (let r = 0; r < rows; r++) {
    let tilted = f32x4.mul(f32x4.sub(v128.load(x), centre0), tilt0)
    v128.store(dx, f32x4.mul(scale0, f32x4.sub(f32x4.sub(v128.load(dy), common0), tilted)))
    tilted = f32x4.mul(f32x4.sub(v128.load(x, 16), centre1), tilt1)
    v128.store(dx, f32x4.mul(scale1, f32x4.sub(f32x4.sub(v128.load(dy, 16), common1), tilted)), 16)
    x += step
    dy += step
    dx += step
  }
}
