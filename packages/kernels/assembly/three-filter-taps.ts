import { addTo, madd, zero } from './lanes'

/*
 * Filter gradients of one kernel row over `rows` rows of 8 · `blocks` positions of four channels. As in
 * `three-taps`, every input is loaded once for all taps that read it. Three taps have two sums each, because
 * with one each addition would have to wait for the one before. Rows of x and dy lie `xRow` and `dyRow` bytes
 * apart in their planes.
 *
 * Few positions are taken at a time: an engine may load all of an iteration before it adds, and a sum that
 * then finds no register goes through memory each time, which takes longer than the arithmetic.
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
    for (let i = 0; i < blocks * 4; i++) {
      const d0 = v128.load(upstream)
      const d1 = v128.load(upstream, 16)
      let v = v128.load(at)
      s0 = madd(v, d0, s0)
      v = v128.load(at, 16)
      t0 = madd(v, d1, t0)
      s1 = madd(v, d0, s1)
      v = v128.load(at, 32)
      t1 = madd(v, d1, t1)
      s2 = madd(v, d0, s2)
      v = v128.load(at, 48)
      t2 = madd(v, d1, t2)
      at += 32
      upstream += 32
    }
    x += xRow
    dy += dyRow
  }
  addTo(out, f32x4.add(s0, t0))
  addTo(out + 16, f32x4.add(s1, t1))
  addTo(out + 32, f32x4.add(s2, t2))
}

/** The filter gradient of 3 taps that are a distance of two or more blocks apart. */
export function threeFilterTapsApart<Distance>(x: usize, dy: usize, out: usize, rows: i32, blocks: i32, xRow: usize, dyRow: usize): void {
  let s0 = zero()
  let s1 = zero()
  let s2 = zero()
  let t0 = zero()
  let t1 = zero()
  let t2 = zero()
  for (let r = 0; r < rows; r++) {
    let at = x
    let upstream = dy
    for (let i = 0; i < blocks * 4; i++) {
      const d0 = v128.load(upstream)
      const d1 = v128.load(upstream, 16)
      let v = v128.load(at)
      s0 = madd(v, d0, s0)
      v = v128.load(at, 16)
      t0 = madd(v, d1, t0)
      v = v128.load(at, offsetof<Distance>())
      s1 = madd(v, d0, s1)
      v = v128.load(at, offsetof<Distance>() + 16)
      t1 = madd(v, d1, t1)
      v = v128.load(at, offsetof<Distance>() * 2)
      s2 = madd(v, d0, s2)
      v = v128.load(at, offsetof<Distance>() * 2 + 16)
      t2 = madd(v, d1, t2)
      at += 32
      upstream += 32
    }
    x += xRow
    dy += dyRow
  }
  addTo(out, f32x4.add(s0, t0))
  addTo(out + 16, f32x4.add(s1, t1))
  addTo(out + 32, f32x4.add(s2, t2))
}
