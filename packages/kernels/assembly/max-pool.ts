import { addTo, BLOCK, F32, loadLanes, zero } from './lanes'
import { clearBlocks, unpackRow } from './pool-rows'

/**
 * The gradient dx [height, width, channels] of one image's max pooling. x is in packed planes whose border is
 * −∞; y and dy are [outHeight, outWidth, channels]. Each output's gradient goes to the first tap that holds
 * its maximum: the first row with that maximum, and in it the first column. `highest` holds the rows' maxima,
 * [paddedHeight, outWidth, 4].
 */
export function maxPoolGradientImage(
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
  highest: usize,
  shares: usize,
  sums: usize,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  left: i32,
  paddedHeight: i32,
  paddedWidth: i32,
  outHeight: i32,
  outWidth: i32,
  tapsY: i32,
  tapsX: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
): void {
  const row = <usize>paddedWidth * BLOCK
  const outRow = <usize>outWidth * BLOCK
  const upstreamRow = <usize>(outWidth * channels) * F32
  const step = <usize>strideX * BLOCK
  const tap = <usize>dilationX * BLOCK
  for (let c = 0; c < channels; c += 4) {
    const lanes = channels - c
    const offset = <usize>c * F32
    for (let q = 0; q < paddedHeight; q++)
      highestOfRow(x + <usize>q * row, highest + <usize>q * outRow, outWidth, tapsX, step, tap)
    clearBlocks(shares, paddedHeight * outWidth)
    for (let r = 0; r < outHeight; r++) {
      const from = <usize>(r * strideY) * outRow
      const above = offset + <usize>r * upstreamRow
      shareAmongRows(highest + from, shares + from, y + above, dy + above, channels, lanes, outWidth, tapsY, <usize>dilationY * outRow)
    }
    for (let q = 0; q < height; q++) {
      const at = <usize>(top + q)
      shareAlongRow(x + at * row, highest + at * outRow, shares + at * outRow, sums, paddedWidth, outWidth, tapsX, step, tap)
      unpackRow(sums + <usize>left * BLOCK, dx + <usize>(q * width * channels) * F32 + offset, width, channels, lanes)
    }
    x += <usize>paddedHeight * row
  }
}

/** Writes the maximum over the taps of one row of each window. */
function highestOfRow(x: usize, out: usize, outWidth: i32, taps: i32, step: usize, tap: usize): void {
  if (taps == 3 && step == BLOCK && tap == BLOCK) return highestOfThree(x, out, outWidth)
  for (let p = 0; p < outWidth; p++) {
    let most = v128.load(x)
    let at = x
    for (let j = 1; j < taps; j++) {
      at += tap
      most = f32x4.pmax(most, v128.load(at))
    }
    v128.store(out, most)
    out += BLOCK
    x += step
  }
}

/** Does the same for three adjacent taps, and loads each value once. */
function highestOfThree(x: usize, out: usize, outWidth: i32): void {
  let v0 = v128.load(x)
  let v1 = v128.load(x, 16)
  for (let p = 0; p < outWidth; p++) {
    const v2 = v128.load(x, 32)
    v128.store(out, f32x4.pmax(f32x4.pmax(v0, v1), v2))
    v0 = v1
    v1 = v2
    x += BLOCK
    out += BLOCK
  }
}

/**
 * Distributes the gradient of one row of outputs: each goes to the first of its rows that holds its maximum.
 */
function shareAmongRows(
  highest: usize,
  shares: usize,
  y: usize,
  dy: usize,
  channels: i32,
  lanes: i32,
  outWidth: i32,
  taps: i32,
  tapRow: usize,
): void {
  if (taps == 3) return shareAmongThreeRows(highest, shares, y, dy, channels, lanes, outWidth, tapRow)
  for (let p = 0; p < outWidth; p++) {
    const most = loadLanes(y, lanes)
    let left = loadLanes(dy, lanes)
    let at: usize = 0
    for (let i = 0; i < taps; i++) {
      const hit = f32x4.eq(v128.load(highest + at), most)
      addTo(shares + at, v128.and(left, hit))
      // A gradient that was assigned is not available to later taps.
      left = v128.andnot(left, hit)
      at += tapRow
    }
    highest += BLOCK
    shares += BLOCK
    y += <usize>channels * F32
    dy += <usize>channels * F32
  }
}

/** Does the same for three rows, without a loop over them. */
function shareAmongThreeRows(
  highest: usize,
  shares: usize,
  y: usize,
  dy: usize,
  channels: i32,
  lanes: i32,
  outWidth: i32,
  tapRow: usize,
): void {
  const step = <usize>channels * F32
  let highest1 = highest + tapRow
  let highest2 = highest1 + tapRow
  let shares1 = shares + tapRow
  let shares2 = shares1 + tapRow
  for (let p = 0; p < outWidth; p++) {
    const most = loadLanes(y, lanes)
    const all = loadLanes(dy, lanes)
    const hit0 = f32x4.eq(v128.load(highest), most)
    const hit1 = f32x4.eq(v128.load(highest1), most)
    const hit2 = f32x4.eq(v128.load(highest2), most)
    const left = v128.andnot(all, hit0)
    addTo(shares, v128.and(all, hit0))
    addTo(shares1, v128.and(left, hit1))
    addTo(shares2, v128.and(v128.andnot(left, hit1), hit2))
    highest += BLOCK
    highest1 += BLOCK
    highest2 += BLOCK
    shares += BLOCK
    shares1 += BLOCK
    shares2 += BLOCK
    y += step
    dy += step
  }
}

/**
 * Distributes the gradients that reached one row of the image: each goes to the first column that holds the
 * row's maximum.
 */
function shareAlongRow(
  x: usize,
  highest: usize,
  shares: usize,
  sums: usize,
  paddedWidth: i32,
  outWidth: i32,
  taps: i32,
  step: usize,
  tap: usize,
): void {
  if (taps == 3 && step == BLOCK && tap == BLOCK) return shareAmongThree(x, highest, shares, sums, paddedWidth, outWidth)
  clearBlocks(sums, paddedWidth)
  for (let p = 0; p < outWidth; p++) {
    const most = v128.load(highest)
    let left = v128.load(shares)
    let at: usize = 0
    for (let j = 0; j < taps; j++) {
      const hit = f32x4.eq(v128.load(x + at), most)
      addTo(sums + at, v128.and(left, hit))
      left = v128.andnot(left, hit)
      at += tap
    }
    highest += BLOCK
    shares += BLOCK
    x += step
    sums += step
  }
}

/** Does the same for three adjacent taps, whose sums stay in registers. */
function shareAmongThree(
  x: usize,
  highest: usize,
  shares: usize,
  sums: usize,
  paddedWidth: i32,
  outWidth: i32,
): void {
  let v0 = v128.load(x)
  let v1 = v128.load(x, 16)
  let s0 = zero()
  let s1 = zero()
  for (let p = 0; p < outWidth; p++) {
    const v2 = v128.load(x, 32)
    const most = v128.load(highest)
    let left = v128.load(shares)
    let hit = f32x4.eq(v0, most)
    v128.store(sums, f32x4.add(s0, v128.and(left, hit)))
    left = v128.andnot(left, hit)
    hit = f32x4.eq(v1, most)
    s0 = f32x4.add(s1, v128.and(left, hit))
    left = v128.andnot(left, hit)
    s1 = v128.and(left, f32x4.eq(v2, most))
    v0 = v1
    v1 = v2
    x += BLOCK
    highest += BLOCK
    shares += BLOCK
    sums += BLOCK
  }
  v128.store(sums, s0)
  v128.store(sums, s1, 16)
  clearBlocks(sums + BLOCK * 2, paddedWidth - outWidth - 2)
}
