import { BLOCK, madd, zero } from './lanes'

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
