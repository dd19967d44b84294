import { fiveTaps, fiveTapsApart, threeTaps, threeTapsApart } from './depthwise-rows'
import { BLOCK, F32, madd, storeLanes, zero } from './lanes'

/**
 * A depthwise convolution of one image out of packed planes [C4/4, paddedHeight, paddedWidth, 4] into
 * [outHeight, outWidth, channels]; kernel [C4/4, tapsY · tapsX, 4]. The planes hold the border, so every
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
  const yStep = <usize>channels * F32
  const tapRow = <usize>dilationY * row
  const tapStep = <usize>dilationX * BLOCK
  for (let c = 0; c < channels; c += 4) {
    for (let r = 0; r < outHeight; r++) {
      const from = x + <usize>(r * strideY) * row
      const to = y + <usize>(r * outWidth) * yStep + <usize>c * F32
      const lanes = channels - c
      if (strideX == 1) outputRow(from, kernel, to, lanes, outWidth, tapsY, tapsX, tapRow, tapStep, yStep)
      else stridedRow(from, kernel, to, lanes, outWidth, tapsY, tapsX, tapRow, tapStep, <usize>strideX * BLOCK, yStep)
    }
    x += <usize>paddedHeight * row
    kernel += <usize>(tapsY * tapsX) * BLOCK
  }
}

/** One row of outputs of four channels, eight positions at a time. */
function outputRow(
  x: usize,
  kernel: usize,
  y: usize,
  lanes: i32,
  positions: i32,
  tapsY: i32,
  tapsX: i32,
  tapRow: usize,
  tapStep: usize,
  yStep: usize,
): void {
  let p = 0
  for (; p + 8 <= positions; p += 8) {
    if (tapsX == 3 && tapStep == BLOCK) threeTaps(x, kernel, y, lanes, tapsY, tapRow, yStep)
    else if (tapsX == 3 && tapStep == BLOCK * 2) threeTapsApart(x, kernel, y, lanes, tapsY, tapRow, yStep)
    else if (tapsX == 5 && tapStep == BLOCK) fiveTaps(x, kernel, y, lanes, tapsY, tapRow, yStep)
    else if (tapsX == 5 && tapStep == BLOCK * 2) fiveTapsApart(x, kernel, y, lanes, tapsY, tapRow, yStep)
    else stridedRow(x, kernel, y, lanes, 8, tapsY, tapsX, tapRow, tapStep, BLOCK, yStep)
    x += BLOCK * 8
    y += yStep * 8
  }
  stridedRow(x, kernel, y, lanes, positions - p, tapsY, tapsX, tapRow, tapStep, BLOCK, yStep)
}

/** The same for any stride, and for what is left of a row; two positions at a time. */
function stridedRow(
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
