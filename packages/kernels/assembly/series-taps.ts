import { Eight, Four, One, Two } from './distance'
import { BLOCK, madd, storeLanes, zero } from './lanes'

/*
 * Outputs of long windows in one dimension, such as nine taps over a series. Taps come in groups of three,
 * for which four outputs as far apart as the taps read only six inputs. That is what sixteen registers hold:
 * sums of more outputs, or weights of more taps, would go through memory. Each output adds its taps in their
 * order, as the general loop does, so both give the same bits.
 */

/** Whether `seriesTaps` knows a window of this many taps in a row, at a stride of 1. */
export function hasSeriesTaps(taps: i32, dilation: i32): bool {
  return taps > 3 && taps % 3 == 0 && (dilation == 1 || dilation == 2 || dilation == 4 || dilation == 8)
}

/**
 * Computes 4 · dilation · `blocks` outputs of four channels. x points to the first input in its plane of four
 * channels, kernel to [taps, 4], y to the first output; outputs are `yStep` bytes apart.
 */
export function seriesTaps(
  x: usize,
  kernel: usize,
  y: usize,
  lanes: i32,
  blocks: i32,
  taps: i32,
  dilation: i32,
  yStep: usize,
): void {
  if (dilation == 1) blocksOf<One>(x, kernel, y, lanes, blocks, taps, yStep)
  else if (dilation == 2) blocksOf<Two>(x, kernel, y, lanes, blocks, taps, yStep)
  else if (dilation == 4) blocksOf<Four>(x, kernel, y, lanes, blocks, taps, yStep)
  else blocksOf<Eight>(x, kernel, y, lanes, blocks, taps, yStep)
}

function blocksOf<Dilation>(
  x: usize,
  kernel: usize,
  y: usize,
  lanes: i32,
  blocks: i32,
  taps: i32,
  yStep: usize,
): void {
  const dilation = offsetof<Dilation>() / BLOCK
  const apart = yStep * dilation
  for (let block = 0; block < blocks; block++) {
    for (let first: usize = 0; first < dilation; first++) {
      fourApart<Dilation>(x, kernel, y, lanes, taps, apart)
      x += BLOCK
      y += yStep
    }
    x += offsetof<Dilation>() * 3
    y += apart * 3
  }
}

/** Computes four outputs that are as far apart as the taps. */
// @ts-ignore: decorator
@inline
function fourApart<Dilation>(x: usize, w: usize, y: usize, lanes: i32, taps: i32, apart: usize): void {
  let s0 = zero()
  let s1 = zero()
  let s2 = zero()
  let s3 = zero()
  for (let tap = 0; tap < taps; tap += 3) {
    const w0 = v128.load(w)
    const w1 = v128.load(w, 16)
    const w2 = v128.load(w, 32)
    let v = v128.load(x)
    s0 = madd(v, w0, s0)
    v = v128.load(x, offsetof<Dilation>())
    s1 = madd(v, w0, s1)
    s0 = madd(v, w1, s0)
    v = v128.load(x, offsetof<Dilation>() * 2)
    s2 = madd(v, w0, s2)
    s1 = madd(v, w1, s1)
    s0 = madd(v, w2, s0)
    v = v128.load(x, offsetof<Dilation>() * 3)
    s3 = madd(v, w0, s3)
    s2 = madd(v, w1, s2)
    s1 = madd(v, w2, s1)
    v = v128.load(x, offsetof<Dilation>() * 4)
    s3 = madd(v, w1, s3)
    s2 = madd(v, w2, s2)
    v = v128.load(x, offsetof<Dilation>() * 5)
    s3 = madd(v, w2, s3)
    x += offsetof<Dilation>() * 3
    w += 48
  }
  storeLanes(y, s0, lanes)
  storeLanes(y + apart, s1, lanes)
  storeLanes(y + apart * 2, s2, lanes)
  storeLanes(y + apart * 3, s3, lanes)
}
