import { BLOCK, madd, storeEight, zero } from './lanes'

/*
 * Computes `rows` rows of 8 · `blocks` outputs of four channels, for the two kernel widths that search spaces
 * use. Every input of a row is loaded once and used for all outputs that read it, because a depthwise
 * convolution waits for loads, not for sums. Each output adds its taps in the kernel's order, as the general
 * loop does, so both give the same bits.
 *
 * x points to the first input in its plane of four channels, kernel to [tapsY · taps, 4], y to the first
 * output. `xRow` is the distance in bytes between the inputs of two rows of outputs, `tapRow` that between
 * two rows of taps, `yRow` that between rows of outputs, and `yStep` that between positions of outputs.
 */

/** Rows of outputs of 3 adjacent taps. */
export function threeTaps(
  x: usize,
  kernel: usize,
  y: usize,
  lanes: i32,
  rows: i32,
  blocks: i32,
  tapsY: i32,
  xRow: usize,
  tapRow: usize,
  yRow: usize,
  yStep: usize,
): void {
  for (let r = 0; r < rows; r++) {
    let from = x
    let to = y
    for (let block = 0; block < blocks; block++) {
      let s0 = zero()
      let s1 = zero()
      let s2 = zero()
      let s3 = zero()
      let s4 = zero()
      let s5 = zero()
      let s6 = zero()
      let s7 = zero()
      let at = from
      let w = kernel
      for (let i = 0; i < tapsY; i++) {
        const w0 = v128.load(w)
        const w1 = v128.load(w, 16)
        const w2 = v128.load(w, 32)
        let v = v128.load(at)
        s0 = madd(v, w0, s0)
        v = v128.load(at, 16)
        s1 = madd(v, w0, s1)
        s0 = madd(v, w1, s0)
        v = v128.load(at, 32)
        s2 = madd(v, w0, s2)
        s1 = madd(v, w1, s1)
        s0 = madd(v, w2, s0)
        v = v128.load(at, 48)
        s3 = madd(v, w0, s3)
        s2 = madd(v, w1, s2)
        s1 = madd(v, w2, s1)
        v = v128.load(at, 64)
        s4 = madd(v, w0, s4)
        s3 = madd(v, w1, s3)
        s2 = madd(v, w2, s2)
        v = v128.load(at, 80)
        s5 = madd(v, w0, s5)
        s4 = madd(v, w1, s4)
        s3 = madd(v, w2, s3)
        v = v128.load(at, 96)
        s6 = madd(v, w0, s6)
        s5 = madd(v, w1, s5)
        s4 = madd(v, w2, s4)
        v = v128.load(at, 112)
        s7 = madd(v, w0, s7)
        s6 = madd(v, w1, s6)
        s5 = madd(v, w2, s5)
        v = v128.load(at, 128)
        s7 = madd(v, w1, s7)
        s6 = madd(v, w2, s6)
        v = v128.load(at, 144)
        s7 = madd(v, w2, s7)
        at += tapRow
        w += 48
      }
      storeEight(to, yStep, lanes, s0, s1, s2, s3, s4, s5, s6, s7)
      from += BLOCK * 8
      to += yStep * 8
    }
    x += xRow
    y += yRow
  }
}

/** Rows of outputs of 3 taps at every other position (dilation 2). */
export function threeTapsApart(
  x: usize,
  kernel: usize,
  y: usize,
  lanes: i32,
  rows: i32,
  blocks: i32,
  tapsY: i32,
  xRow: usize,
  tapRow: usize,
  yRow: usize,
  yStep: usize,
): void {
  for (let r = 0; r < rows; r++) {
    let from = x
    let to = y
    for (let block = 0; block < blocks; block++) {
      let s0 = zero()
      let s1 = zero()
      let s2 = zero()
      let s3 = zero()
      let s4 = zero()
      let s5 = zero()
      let s6 = zero()
      let s7 = zero()
      let at = from
      let w = kernel
      for (let i = 0; i < tapsY; i++) {
        const w0 = v128.load(w)
        const w1 = v128.load(w, 16)
        const w2 = v128.load(w, 32)
        let v = v128.load(at)
        s0 = madd(v, w0, s0)
        v = v128.load(at, 16)
        s1 = madd(v, w0, s1)
        v = v128.load(at, 32)
        s2 = madd(v, w0, s2)
        s0 = madd(v, w1, s0)
        v = v128.load(at, 48)
        s3 = madd(v, w0, s3)
        s1 = madd(v, w1, s1)
        v = v128.load(at, 64)
        s4 = madd(v, w0, s4)
        s2 = madd(v, w1, s2)
        s0 = madd(v, w2, s0)
        v = v128.load(at, 80)
        s5 = madd(v, w0, s5)
        s3 = madd(v, w1, s3)
        s1 = madd(v, w2, s1)
        v = v128.load(at, 96)
        s6 = madd(v, w0, s6)
        s4 = madd(v, w1, s4)
        s2 = madd(v, w2, s2)
        v = v128.load(at, 112)
        s7 = madd(v, w0, s7)
        s5 = madd(v, w1, s5)
        s3 = madd(v, w2, s3)
        v = v128.load(at, 128)
        s6 = madd(v, w1, s6)
        s4 = madd(v, w2, s4)
        v = v128.load(at, 144)
        s7 = madd(v, w1, s7)
        s5 = madd(v, w2, s5)
        v = v128.load(at, 160)
        s6 = madd(v, w2, s6)
        v = v128.load(at, 176)
        s7 = madd(v, w2, s7)
        at += tapRow
        w += 48
      }
      storeEight(to, yStep, lanes, s0, s1, s2, s3, s4, s5, s6, s7)
      from += BLOCK * 8
      to += yStep * 8
    }
    x += xRow
    y += yRow
  }
}
