import { addTo, BLOCK, F32, loadLanes, zero } from './lanes'
import { clearBlocks, unpackRow } from './pool-rows'
import { shareAmongNearby } from './shared-means'

/**
 * The gradient dx [height, width, channels] of one image's average pooling: each output's gradient is shared
 * by the taps inside the image, or by all taps if padding counts. `factors` has room for one row,
 * [outWidth, 4].
 */
export function avgPoolGradientImage(
  dy: usize,
  dx: usize,
  shares: usize,
  sums: usize,
  factors: usize,
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
  countPadding: bool,
): void {
  const three = tapsY == 3 && tapsX == 3 && strideY == 1 && strideX == 1 && top == 1 && left == 1
  const same = outHeight == height && outWidth == width
  if (three && same && channels % 4 == 0 && !countPadding) return shareAmongNearby(dy, dx, height, width, channels)
  const outRow = <usize>outWidth * BLOCK
  const step = <usize>channels * F32
  for (let c = 0; c < channels; c += 4) {
    const lanes = channels - c
    let above = dy + <usize>c * F32
    clearBlocks(shares, paddedHeight * outWidth)
    let known = -1
    for (let r = 0; r < outHeight; r++) {
      const rows = countPadding ? tapsY : inside(r * strideY - top, tapsY, height)
      if (rows != known) {
        sharesOfRow(factors, rows, countPadding, outWidth, tapsX, strideX, left, width)
        known = rows
      }
      spreadAmongRows(above, factors, shares + <usize>(r * strideY) * outRow, step, lanes, outWidth, tapsY, outRow)
      above += <usize>outWidth * step
    }
    for (let q = 0; q < height; q++) {
      spreadAlongRow(shares + <usize>(top + q) * outRow, sums, paddedWidth, outWidth, tapsX, <usize>strideX * BLOCK)
      unpackRow(sums + <usize>left * BLOCK, dx + <usize>(q * width) * step + <usize>c * F32, width, channels, lanes)
    }
  }
}

/** Writes 1 / (taps inside the image) for one row of windows, `rows` rows of which are inside. */
function sharesOfRow(
  factors: usize,
  rows: i32,
  countPadding: bool,
  outWidth: i32,
  taps: i32,
  stride: i32,
  left: i32,
  width: i32,
): void {
  for (let p = 0; p < outWidth; p++) {
    const columns = countPadding ? taps : inside(p * stride - left, taps, width)
    v128.store(factors + <usize>p * BLOCK, f32x4.splat(<f32>1 / <f32>(rows * columns)))
  }
}

/** Adds the shares of one row of outputs to every row of taps. */
function spreadAmongRows(
  dy: usize,
  factors: usize,
  shares: usize,
  step: usize,
  lanes: i32,
  outWidth: i32,
  taps: i32,
  row: usize,
): void {
  for (let p = 0; p < outWidth; p++) {
    const share = f32x4.mul(loadLanes(dy, lanes), v128.load(factors))
    if (taps == 3) {
      addTo(shares, share)
      addTo(shares + row, share)
      addTo(shares + row * 2, share)
    } else for (let i = 0; i < taps; i++) addTo(shares + <usize>i * row, share)
    dy += step
    factors += BLOCK
    shares += BLOCK
  }
}

/** Adds the shares along one row to every tap. */
function spreadAlongRow(shares: usize, sums: usize, paddedWidth: i32, outWidth: i32, taps: i32, step: usize): void {
  if (taps == 3 && step == BLOCK) return spreadAmongThree(shares, sums, paddedWidth, outWidth)
  clearBlocks(sums, paddedWidth)
  for (let p = 0; p < outWidth; p++) {
    const share = v128.load(shares)
    for (let j = 0; j < taps; j++) addTo(sums + <usize>j * BLOCK, share)
    shares += BLOCK
    sums += step
  }
}

/** Does the same for three adjacent taps, whose sums stay in registers. */
function spreadAmongThree(shares: usize, sums: usize, paddedWidth: i32, outWidth: i32): void {
  let s0 = zero()
  let s1 = zero()
  for (let p = 0; p < outWidth; p++) {
    const share = v128.load(shares)
    v128.store(sums, f32x4.add(s0, share))
    s0 = f32x4.add(s1, share)
    s1 = share
    shares += BLOCK
    sums += BLOCK
  }
  v128.store(sums, s0)
  v128.store(sums, s1, 16)
  clearBlocks(sums + BLOCK * 2, paddedWidth - outWidth - 2)
}

// @ts-ignore: decorator
@inline
function inside(start: i32, taps: i32, size: i32): i32 {
  return min(start + taps, size) - max(start, 0)
}
