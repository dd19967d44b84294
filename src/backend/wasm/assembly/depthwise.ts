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
    let s0 = zero()
    let s1 = zero()
    let s2 = zero()
    let s3 = zero()
    let s4 = zero()
    let s5 = zero()
    let s6 = zero()
    let s7 = zero()
    let w = kernel
    for (let i = 0; i < tapsY; i++) {
      let at = x + <usize>i * tapRow
      for (let j = 0; j < tapsX; j++) {
        const weight = v128.load(w)
        s0 = madd(v128.load(at), weight, s0)
        s1 = madd(v128.load(at, 16), weight, s1)
        s2 = madd(v128.load(at, 32), weight, s2)
        s3 = madd(v128.load(at, 48), weight, s3)
        s4 = madd(v128.load(at, 64), weight, s4)
        s5 = madd(v128.load(at, 80), weight, s5)
        s6 = madd(v128.load(at, 96), weight, s6)
        s7 = madd(v128.load(at, 112), weight, s7)
        at += tapStep
        w += BLOCK
      }
    }
    storeLanes(y, s0, lanes)
    storeLanes(y + yStep, s1, lanes)
    storeLanes(y + yStep * 2, s2, lanes)
    storeLanes(y + yStep * 3, s3, lanes)
    storeLanes(y + yStep * 4, s4, lanes)
    storeLanes(y + yStep * 5, s5, lanes)
    storeLanes(y + yStep * 6, s6, lanes)
    storeLanes(y + yStep * 7, s7, lanes)
    x += 128
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

/**
 * Adds the filter gradient of one image: out[C4/4, tap, 4] += Σ over positions of x ⊙ dy, both in packed
 * planes, x with its border, dy [C4/4, outHeight, outWidth, 4] without.
 */
export function depthwiseFilterImage(
  x: usize,
  dy: usize,
  out: usize,
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
  const tap = <usize>dilationX * BLOCK
  const xRow = <usize>strideY * row
  for (let c = 0; c < channels; c += 4) {
    for (let i = 0; i < tapsY; i++) {
      let from = x + <usize>(i * dilationY) * row
      let j = 0
      // As many taps of a kernel row at a time as registers allow: they share the loads of dy.
      for (; j + 5 <= tapsX; j += 5) {
        fiveTaps(from, dy, out, outHeight, outWidth, xRow, strideX, tap)
        from += tap * 5
        out += BLOCK * 5
      }
      for (; j + 3 <= tapsX; j += 3) {
        threeTaps(from, dy, out, outHeight, outWidth, xRow, strideX, tap)
        from += tap * 3
        out += BLOCK * 3
      }
      for (; j < tapsX; j++) {
        oneTap(from, dy, out, outHeight, outWidth, xRow, strideX)
        from += tap
        out += BLOCK
      }
    }
    x += <usize>paddedHeight * row
    dy += <usize>(outHeight * outWidth) * BLOCK
  }
}

// @ts-ignore: decorator
@inline
function fourPositions(x: usize, d0: v128, d1: v128, d2: v128, d3: v128, sum: v128): v128 {
  sum = madd(v128.load(x), d0, sum)
  sum = madd(v128.load(x, 16), d1, sum)
  sum = madd(v128.load(x, 32), d2, sum)
  return madd(v128.load(x, 48), d3, sum)
}

function fiveTaps(x: usize, dy: usize, out: usize, rows: i32, columns: i32, xRow: usize, stride: i32, tap: usize): void {
  let s0 = zero()
  let s1 = zero()
  let s2 = zero()
  let s3 = zero()
  let s4 = zero()
  for (let r = 0; r < rows; r++) {
    let at = x + <usize>r * xRow
    let p = 0
    if (stride == 1)
      for (; p + 4 <= columns; p += 4) {
        const d0 = v128.load(dy)
        const d1 = v128.load(dy, 16)
        const d2 = v128.load(dy, 32)
        const d3 = v128.load(dy, 48)
        let q = at
        s0 = fourPositions(q, d0, d1, d2, d3, s0)
        q += tap
        s1 = fourPositions(q, d0, d1, d2, d3, s1)
        q += tap
        s2 = fourPositions(q, d0, d1, d2, d3, s2)
        q += tap
        s3 = fourPositions(q, d0, d1, d2, d3, s3)
        q += tap
        s4 = fourPositions(q, d0, d1, d2, d3, s4)
        at += 64
        dy += 64
      }
    for (; p < columns; p++) {
      const d = v128.load(dy)
      let q = at
      s0 = madd(v128.load(q), d, s0)
      q += tap
      s1 = madd(v128.load(q), d, s1)
      q += tap
      s2 = madd(v128.load(q), d, s2)
      q += tap
      s3 = madd(v128.load(q), d, s3)
      q += tap
      s4 = madd(v128.load(q), d, s4)
      at += <usize>stride * BLOCK
      dy += BLOCK
    }
  }
  addTo(out, s0)
  addTo(out + 16, s1)
  addTo(out + 32, s2)
  addTo(out + 48, s3)
  addTo(out + 64, s4)
}

function threeTaps(x: usize, dy: usize, out: usize, rows: i32, columns: i32, xRow: usize, stride: i32, tap: usize): void {
  let s0 = zero()
  let s1 = zero()
  let s2 = zero()
  let t0 = zero()
  let t1 = zero()
  let t2 = zero()
  for (let r = 0; r < rows; r++) {
    let at = x + <usize>r * xRow
    let p = 0
    if (stride == 1)
      for (; p + 4 <= columns; p += 4) {
        const d0 = v128.load(dy)
        const d1 = v128.load(dy, 16)
        const d2 = v128.load(dy, 32)
        const d3 = v128.load(dy, 48)
        let q = at
        // Two sums a tap, because three would leave the adder waiting for itself.
        s0 = madd(v128.load(q, 16), d1, madd(v128.load(q), d0, s0))
        t0 = madd(v128.load(q, 48), d3, madd(v128.load(q, 32), d2, t0))
        q += tap
        s1 = madd(v128.load(q, 16), d1, madd(v128.load(q), d0, s1))
        t1 = madd(v128.load(q, 48), d3, madd(v128.load(q, 32), d2, t1))
        q += tap
        s2 = madd(v128.load(q, 16), d1, madd(v128.load(q), d0, s2))
        t2 = madd(v128.load(q, 48), d3, madd(v128.load(q, 32), d2, t2))
        at += 64
        dy += 64
      }
    for (; p < columns; p++) {
      const d = v128.load(dy)
      s0 = madd(v128.load(at), d, s0)
      s1 = madd(v128.load(at + tap), d, s1)
      s2 = madd(v128.load(at + tap * 2), d, s2)
      at += <usize>stride * BLOCK
      dy += BLOCK
    }
  }
  addTo(out, f32x4.add(s0, t0))
  addTo(out + 16, f32x4.add(s1, t1))
  addTo(out + 32, f32x4.add(s2, t2))
}

function oneTap(x: usize, dy: usize, out: usize, rows: i32, columns: i32, xRow: usize, stride: i32): void {
  let sum = zero()
  for (let r = 0; r < rows; r++) {
    let at = x + <usize>r * xRow
    for (let p = 0; p < columns; p++) {
      sum = madd(v128.load(at), v128.load(dy), sum)
      at += <usize>stride * BLOCK
      dy += BLOCK
    }
  }
  addTo(out, sum)
}

// @ts-ignore: decorator
@inline
function addTo(at: usize, value: v128): void {
  v128.store(at, f32x4.add(v128.load(at), value))
}
