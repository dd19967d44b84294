import { F32, loadLanes, madd, storeLanes, zero } from './lanes'
import { addLanes, chunkRows, sweepRows, upperHalf } from './reduce'

/**
 * Adds rows of [rows, channels] to the mean and the summed squares of each column, 2 · channels float64 in `totals` that
 * hold `before` rows already: sums and squares around each chunk's first row, and the chunks joined in float64 (Chan,
 * Golub & LeVeque 1983), so that a mean of a thousand standard deviations loses no digits.
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

/** Mean and (biased) variance of each column out of what `addStatistics` has put together. */
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

/** Joins a chunk of `n` rows, its sums around `origin`, with the `before` rows that mean and squares hold. */
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
  const each = 1 / n
  const share = n / (before + n)
  const cross = before * share
  if (lanes >= 4) {
    joinTwo(origin, sum, squared, each, share, cross, mean, squares)
    joinTwo(upperHalf(origin), upperHalf(sum), upperHalf(squared), each, share, cross, mean + 16, squares + 16)
    return
  }
  joinOne(f32x4.extract_lane(origin, 0), f32x4.extract_lane(sum, 0), f32x4.extract_lane(squared, 0), each, share, cross, mean, squares)
  if (lanes > 1)
    joinOne(f32x4.extract_lane(origin, 1), f32x4.extract_lane(sum, 1), f32x4.extract_lane(squared, 1), each, share, cross, mean + 8, squares + 8)
  if (lanes > 2)
    joinOne(f32x4.extract_lane(origin, 2), f32x4.extract_lane(sum, 2), f32x4.extract_lane(squared, 2), each, share, cross, mean + 16, squares + 16)
}

/** `joinOne` for the lower two lanes. */
function joinTwo(
  origin: v128,
  sum: v128,
  squared: v128,
  each: f64,
  share: f64,
  cross: f64,
  mean: usize,
  squares: usize,
): void {
  const s = f64x2.promote_low_f32x4(sum)
  const part = f64x2.mul(s, f64x2.splat(each))
  const spread = f64x2.max(f64x2.splat(0), f64x2.sub(f64x2.promote_low_f32x4(squared), f64x2.mul(s, part)))
  const old = v128.load(mean)
  const apart = f64x2.sub(f64x2.add(f64x2.promote_low_f32x4(origin), part), old)
  v128.store(mean, f64x2.add(old, f64x2.mul(apart, f64x2.splat(share))))
  const between = f64x2.mul(f64x2.mul(apart, apart), f64x2.splat(cross))
  v128.store(squares, f64x2.add(f64x2.add(v128.load(squares), spread), between))
}

function joinOne(
  origin: f32,
  sum: f32,
  squared: f32,
  each: f64,
  share: f64,
  cross: f64,
  mean: usize,
  squares: usize,
): void {
  const part = <f64>sum * each
  const spread = max<f64>(0, <f64>squared - <f64>sum * part)
  const apart = <f64>origin + part - load<f64>(mean)
  store<f64>(mean, load<f64>(mean) + apart * share)
  store<f64>(squares, load<f64>(squares) + spread + apart * apart * cross)
}

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
    for (; c + 16 <= channels; c += 16) {
      const at = <usize>c * F32
      sixteenSums(x + at, dy + at, mean + at, step, count, totals + <usize>c * 8, products + <usize>c * 8)
    }
    for (; c < channels; c += 4) {
      const at = <usize>c * F32
      fourSums(x + at, dy + at, mean + at, step, count, channels - c, totals + <usize>c * 8, products + <usize>c * 8)
    }
    x += <usize>count * step
    dy += <usize>count * step
  }
}

/** Sixteen channels, a cache line of either tensor, at a time. */
function sixteenSums(x: usize, dy: usize, mean: usize, step: usize, rows: i32, totals: usize, products: usize): void {
  const c0 = v128.load(mean)
  const c1 = v128.load(mean, 16)
  const c2 = v128.load(mean, 32)
  const c3 = v128.load(mean, 48)
  let s0 = zero()
  let s1 = zero()
  let s2 = zero()
  let s3 = zero()
  let q0 = zero()
  let q1 = zero()
  let q2 = zero()
  let q3 = zero()
  for (let r = 0; r < rows; r++) {
    let d = v128.load(dy)
    s0 = f32x4.add(s0, d)
    q0 = madd(d, f32x4.sub(v128.load(x), c0), q0)
    d = v128.load(dy, 16)
    s1 = f32x4.add(s1, d)
    q1 = madd(d, f32x4.sub(v128.load(x, 16), c1), q1)
    d = v128.load(dy, 32)
    s2 = f32x4.add(s2, d)
    q2 = madd(d, f32x4.sub(v128.load(x, 32), c2), q2)
    d = v128.load(dy, 48)
    s3 = f32x4.add(s3, d)
    q3 = madd(d, f32x4.sub(v128.load(x, 48), c3), q3)
    x += step
    dy += step
  }
  addLanes(totals, s0, 4)
  addLanes(totals + 32, s1, 4)
  addLanes(totals + 64, s2, 4)
  addLanes(totals + 96, s3, 4)
  addLanes(products, q0, 4)
  addLanes(products + 32, q1, 4)
  addLanes(products + 64, q2, 4)
  addLanes(products + 96, q3, 4)
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

/** dx = factor · (dy − share − (x − mean) · slope) for each column of [rows, channels]; `slopes` holds factor, share and slope, [3, channels]. */
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
    for (let c = 0; c < channels; c += 4) {
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
