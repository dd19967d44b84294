import { addTo, madd, zero } from './lanes'

/* The same as `three-filter-taps` for five taps, each of which has one sum. */

/** The filter gradient of 5 adjacent taps. */
export function fiveFilterTaps(x: usize, dy: usize, out: usize, rows: i32, blocks: i32, xRow: usize, dyRow: usize): void {
  let s0 = zero()
  let s1 = zero()
  let s2 = zero()
  let s3 = zero()
  let s4 = zero()
  for (let r = 0; r < rows; r++) {
    let at = x
    let upstream = dy
    for (let i = 0; i < blocks * 4; i++) {
      const d0 = v128.load(upstream)
      const d1 = v128.load(upstream, 16)
      let v = v128.load(at)
      s0 = madd(v, d0, s0)
      v = v128.load(at, 16)
      s0 = madd(v, d1, s0)
      s1 = madd(v, d0, s1)
      v = v128.load(at, 32)
      s1 = madd(v, d1, s1)
      s2 = madd(v, d0, s2)
      v = v128.load(at, 48)
      s2 = madd(v, d1, s2)
      s3 = madd(v, d0, s3)
      v = v128.load(at, 64)
      s3 = madd(v, d1, s3)
      s4 = madd(v, d0, s4)
      v = v128.load(at, 80)
      s4 = madd(v, d1, s4)
      at += 32
      upstream += 32
    }
    x += xRow
    dy += dyRow
  }
  addTo(out, s0)
  addTo(out + 16, s1)
  addTo(out + 32, s2)
  addTo(out + 48, s3)
  addTo(out + 64, s4)
}

/** The filter gradient of 5 taps at every other position (dilation 2). */
export function fiveFilterTapsApart(x: usize, dy: usize, out: usize, rows: i32, blocks: i32, xRow: usize, dyRow: usize): void {
  let s0 = zero()
  let s1 = zero()
  let s2 = zero()
  let s3 = zero()
  let s4 = zero()
  for (let r = 0; r < rows; r++) {
    let at = x
    let upstream = dy
    for (let i = 0; i < blocks * 8; i++) {
      const d0 = v128.load(upstream)
      let v = v128.load(at)
      s0 = madd(v, d0, s0)
      v = v128.load(at, 32)
      s1 = madd(v, d0, s1)
      v = v128.load(at, 64)
      s2 = madd(v, d0, s2)
      v = v128.load(at, 96)
      s3 = madd(v, d0, s3)
      v = v128.load(at, 128)
      s4 = madd(v, d0, s4)
      at += 16
      upstream += 16
    }
    x += xRow
    dy += dyRow
  }
  addTo(out, s0)
  addTo(out + 16, s1)
  addTo(out + 32, s2)
  addTo(out + 48, s3)
  addTo(out + 64, s4)
}
