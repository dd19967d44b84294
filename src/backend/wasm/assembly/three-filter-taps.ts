import { addTo, madd, zero } from './lanes'

/*
 * Filter gradients of one kernel row over `rows` rows of 8 · `blocks` positions of four channels. As in
 * `three-taps`, every input is loaded once for all taps that read it. Three taps have two sums each, because
 * with one each addition would have to wait for the one before. Rows of x and dy lie `xRow` and `dyRow` bytes
 * apart in their planes.
 */

/** The filter gradient of 3 adjacent taps. */
export function threeFilterTaps(x: usize, dy: usize, out: usize, rows: i32, blocks: i32, xRow: usize, dyRow: usize): void {
  let s0 = zero()
  let s1 = zero()
  let s2 = zero()
  let t0 = zero()
  let t1 = zero()
  let t2 = zero()
  for (let r = 0; r < rows; r++) {
    let at = x
    let upstream = dy
    for (let block = 0; block < blocks; block++) {
      const d0 = v128.load(upstream)
      const d1 = v128.load(upstream, 16)
      const d2 = v128.load(upstream, 32)
      const d3 = v128.load(upstream, 48)
      const d4 = v128.load(upstream, 64)
      const d5 = v128.load(upstream, 80)
      const d6 = v128.load(upstream, 96)
      const d7 = v128.load(upstream, 112)
      let v = v128.load(at)
      s0 = madd(v, d0, s0)
      v = v128.load(at, 16)
      t0 = madd(v, d1, t0)
      s1 = madd(v, d0, s1)
      v = v128.load(at, 32)
      s0 = madd(v, d2, s0)
      t1 = madd(v, d1, t1)
      s2 = madd(v, d0, s2)
      v = v128.load(at, 48)
      t0 = madd(v, d3, t0)
      s1 = madd(v, d2, s1)
      t2 = madd(v, d1, t2)
      v = v128.load(at, 64)
      s0 = madd(v, d4, s0)
      t1 = madd(v, d3, t1)
      s2 = madd(v, d2, s2)
      v = v128.load(at, 80)
      t0 = madd(v, d5, t0)
      s1 = madd(v, d4, s1)
      t2 = madd(v, d3, t2)
      v = v128.load(at, 96)
      s0 = madd(v, d6, s0)
      t1 = madd(v, d5, t1)
      s2 = madd(v, d4, s2)
      v = v128.load(at, 112)
      t0 = madd(v, d7, t0)
      s1 = madd(v, d6, s1)
      t2 = madd(v, d5, t2)
      v = v128.load(at, 128)
      t1 = madd(v, d7, t1)
      s2 = madd(v, d6, s2)
      v = v128.load(at, 144)
      t2 = madd(v, d7, t2)
      at += 128
      upstream += 128
    }
    x += xRow
    dy += dyRow
  }
  addTo(out, f32x4.add(s0, t0))
  addTo(out + 16, f32x4.add(s1, t1))
  addTo(out + 32, f32x4.add(s2, t2))
}

/** The filter gradient of 3 taps at every other position (dilation 2). */
export function threeFilterTapsApart(x: usize, dy: usize, out: usize, rows: i32, blocks: i32, xRow: usize, dyRow: usize): void {
  let s0 = zero()
  let s1 = zero()
  let s2 = zero()
  let t0 = zero()
  let t1 = zero()
  let t2 = zero()
  for (let r = 0; r < rows; r++) {
    let at = x
    let upstream = dy
    for (let block = 0; block < blocks; block++) {
      const d0 = v128.load(upstream)
      const d1 = v128.load(upstream, 16)
      const d2 = v128.load(upstream, 32)
      const d3 = v128.load(upstream, 48)
      const d4 = v128.load(upstream, 64)
      const d5 = v128.load(upstream, 80)
      const d6 = v128.load(upstream, 96)
      const d7 = v128.load(upstream, 112)
      let v = v128.load(at)
      s0 = madd(v, d0, s0)
      v = v128.load(at, 16)
      t0 = madd(v, d1, t0)
      v = v128.load(at, 32)
      s0 = madd(v, d2, s0)
      s1 = madd(v, d0, s1)
      v = v128.load(at, 48)
      t0 = madd(v, d3, t0)
      t1 = madd(v, d1, t1)
      v = v128.load(at, 64)
      s0 = madd(v, d4, s0)
      s1 = madd(v, d2, s1)
      s2 = madd(v, d0, s2)
      v = v128.load(at, 80)
      t0 = madd(v, d5, t0)
      t1 = madd(v, d3, t1)
      t2 = madd(v, d1, t2)
      v = v128.load(at, 96)
      s0 = madd(v, d6, s0)
      s1 = madd(v, d4, s1)
      s2 = madd(v, d2, s2)
      v = v128.load(at, 112)
      t0 = madd(v, d7, t0)
      t1 = madd(v, d5, t1)
      t2 = madd(v, d3, t2)
      v = v128.load(at, 128)
      s1 = madd(v, d6, s1)
      s2 = madd(v, d4, s2)
      v = v128.load(at, 144)
      t1 = madd(v, d7, t1)
      t2 = madd(v, d5, t2)
      v = v128.load(at, 160)
      s2 = madd(v, d6, s2)
      v = v128.load(at, 176)
      t2 = madd(v, d7, t2)
      at += 128
      upstream += 128
    }
    x += xRow
    dy += dyRow
  }
  addTo(out, f32x4.add(s0, t0))
  addTo(out + 16, f32x4.add(s1, t1))
  addTo(out + 32, f32x4.add(s2, t2))
}
