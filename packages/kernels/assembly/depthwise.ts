import { taps3, taps3Dilated2, taps5, taps5Dilated2 } from '../dist/taps'
import { BLOCK, F32, madd, storeLanes, zero } from './lanes'
import { hasSeriesTaps, seriesTaps } from './series-taps'

/**
 * A depthwise convolution of one image from packed planes [C4/4, paddedHeight, paddedWidth, 4] into
 * [outHeight, outWidth, channels]; kernel [C4/4, tapsY · tapsX, 4]. The planes include the border, so every
 * tap is inside.
 */
export function depthwiseImage(
  x: usize,
  kernel: usize,
  y: usize,
  channels: i32,
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
  const xRow = <usize>strideY * row
  const yStep = <usize>channels * F32
  const yRow = <usize>outWidth * yStep
  const tapRow = <usize>dilationY * row
  const tapStep = <usize>dilationX * BLOCK
  const series = strideX == 1 && tapsY == 1 && hasSeriesTaps(tapsX, dilationX)
  const quick = series || (strideX == 1 && dilationX <= 2 && (tapsX == 3 || tapsX == 5))
  const unit = series ? dilationX * 4 : 8
  const blocks = quick ? outWidth / unit : 0
  const done = <usize>(blocks * unit)
  const step = <usize>strideX * BLOCK
  for (let c = 0; c < channels; c += 4) {
    const to = y + <usize>c * F32
    const lanes = channels - c
    if (blocks > 0) {
      if (series)
        for (let r = 0; r < outHeight; r++)
          seriesTaps(x + <usize>r * xRow, kernel, to + <usize>r * yRow, lanes, blocks, tapsX, dilationX, yStep)
      else if (tapsX == 3 && dilationX == 1)
        taps3(x, kernel, to, lanes, outHeight, blocks, tapsY, xRow, tapRow, yRow, yStep)
      else if (tapsX == 3)
        taps3Dilated2(x, kernel, to, lanes, outHeight, blocks, tapsY, xRow, tapRow, yRow, yStep)
      else if (dilationX == 1)
        taps5(x, kernel, to, lanes, outHeight, blocks, tapsY, xRow, tapRow, yRow, yStep)
      else taps5Dilated2(x, kernel, to, lanes, outHeight, blocks, tapsY, xRow, tapRow, yRow, yStep)
    }
    const left = outWidth - blocks * unit
    if (left > 0)
      for (let r = 0; r < outHeight; r++) {
        const from = x + <usize>r * xRow + done * step
        const rest = to + <usize>r * yRow + done * yStep
        anyRow(from, kernel, rest, lanes, left, tapsY, tapsX, tapRow, tapStep, step, yStep)
      }
    x += <usize>paddedHeight * row
    kernel += <usize>(tapsY * tapsX) * BLOCK
  }
}

/** Computes one row for any stride and kernel, or the rest of a row, four positions at a time. */
function anyRow(
  x: usize,
  kernel: usize,
  y: usize,
  lanes: i32,
  positions: i32,
  tapsY: i32,
  tapsX: i32,
  tapRow: usize,
  tapStep: usize,
  step: usize,
  yStep: usize,
): void {
  let p = 0
  for (; p + 4 <= positions; p += 4) {
    let s0 = zero()
    let s1 = zero()
    let s2 = zero()
    let s3 = zero()
    let w = kernel
    for (let i = 0; i < tapsY; i++) {
      let at = x + <usize>i * tapRow
      for (let j = 0; j < tapsX; j++) {
        const weight = v128.load(w)
        let q = at
        s0 = madd(v128.load(q), weight, s0)
        q += step
        s1 = madd(v128.load(q), weight, s1)
        q += step
        s2 = madd(v128.load(q), weight, s2)
        q += step
        s3 = madd(v128.load(q), weight, s3)
        at += tapStep
        w += BLOCK
      }
    }
    storeLanes(y, s0, lanes)
    storeLanes(y + yStep, s1, lanes)
    storeLanes(y + yStep * 2, s2, lanes)
    storeLanes(y + yStep * 3, s3, lanes)
    x += step * 4
    y += yStep * 4
  }
  for (; p < positions; p++) {
    let sum = zero()
    let w = kernel
    for (let i = 0; i < tapsY; i++) {
      let at = x + <usize>i * tapRow
      for (let j = 0; j < tapsX; j++) {
        sum = madd(v128.load(at), v128.load(w), sum)
        at += tapStep
        w += BLOCK
      }
    }
    storeLanes(y, sum, lanes)
    x += step
    y += yStep
  }
}
