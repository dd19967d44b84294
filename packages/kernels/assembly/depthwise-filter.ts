import {
  filterTaps3,
  filterTaps3Dilated2,
  filterTaps3Dilated4,
  filterTaps3Dilated8,
  filterTaps5,
  filterTaps5Dilated2,
} from '../dist/filter-taps'
import { addTo, BLOCK, madd, zero } from './lanes'
import { hasSeriesTaps } from './series-taps'

/**
 * Adds the filter gradient of one image: out[C4/4, tap, 4] += Σ over positions of x ⊙ dy. Both are in packed
 * planes, x with its border; dy is [C4/4, dyHeight, dyWidth, 4], of which the first outHeight rows and
 * outWidth columns count.
 */
export function depthwiseFilterImage(
  x: usize,
  dy: usize,
  out: usize,
  channels: i32,
  paddedHeight: i32,
  paddedWidth: i32,
  dyHeight: i32,
  dyWidth: i32,
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
  const dyRow = <usize>dyWidth * BLOCK
  for (let c = 0; c < channels; c += 4) {
    for (let i = 0; i < tapsY; i++) {
      const from = x + <usize>(i * dilationY) * row
      filterRow(from, dy, out, outHeight, outWidth, tapsX, strideX, dilationX, xRow, dyRow)
      out += <usize>tapsX * BLOCK
    }
    x += <usize>paddedHeight * row
    dy += <usize>dyHeight * dyRow
  }
}

/** Adds the gradient of one kernel row. */
function filterRow(
  x: usize,
  dy: usize,
  out: usize,
  rows: i32,
  columns: i32,
  taps: i32,
  stride: i32,
  dilation: i32,
  xRow: usize,
  dyRow: usize,
): void {
  const threes = taps == 3 ? dilation <= 2 : hasSeriesTaps(taps, dilation)
  const quick = stride == 1 && (threes || (taps == 5 && dilation <= 2))
  const blocks = quick ? columns / 8 : 0
  if (blocks > 0) {
    if (threes) groupsOfThree(x, dy, out, rows, blocks, taps, dilation, xRow, dyRow)
    else if (dilation == 1) filterTaps5(x, dy, out, rows, blocks, xRow, dyRow)
    else filterTaps5Dilated2(x, dy, out, rows, blocks, xRow, dyRow)
  }
  const left = columns - blocks * 8
  if (left == 0) return
  x += <usize>(blocks * 8 * stride) * BLOCK
  dy += <usize>(blocks * 8) * BLOCK
  for (let j = 0; j < taps; j++)
    oneTap(x + <usize>(j * dilation) * BLOCK, dy, out + <usize>j * BLOCK, rows, left, xRow, dyRow, <usize>stride * BLOCK)
}

/** Adds the gradient of a multiple of three taps. */
function groupsOfThree(
  x: usize,
  dy: usize,
  out: usize,
  rows: i32,
  blocks: i32,
  taps: i32,
  dilation: i32,
  xRow: usize,
  dyRow: usize,
): void {
  for (let tap = 0; tap < taps; tap += 3) {
    if (dilation == 1) filterTaps3(x, dy, out, rows, blocks, xRow, dyRow)
    else if (dilation == 2) filterTaps3Dilated2(x, dy, out, rows, blocks, xRow, dyRow)
    else if (dilation == 4) filterTaps3Dilated4(x, dy, out, rows, blocks, xRow, dyRow)
    else filterTaps3Dilated8(x, dy, out, rows, blocks, xRow, dyRow)
    x += <usize>dilation * BLOCK * 3
    out += BLOCK * 3
  }
}

/** Adds the gradient of one tap, two positions at a time. */
function oneTap(
  x: usize,
  dy: usize,
  out: usize,
  rows: i32,
  columns: i32,
  xRow: usize,
  dyRow: usize,
  step: usize,
): void {
  let s0 = zero()
  let s1 = zero()
  for (let r = 0; r < rows; r++) {
    let at = x
    let upstream = dy
    let p = 0
    for (; p + 2 <= columns; p += 2) {
      s0 = madd(v128.load(at), v128.load(upstream), s0)
      s1 = madd(v128.load(at + step), v128.load(upstream, 16), s1)
      at += step * 2
      upstream += BLOCK * 2
    }
    if (p < columns) s0 = madd(v128.load(at), v128.load(upstream), s0)
    x += xRow
    dy += dyRow
  }
  addTo(out, f32x4.add(s0, s1))
}
