import { BLOCK, F32, loadLanes } from './lanes'

/**
 * Adds the gradient of one image's max pooling to zeroed planes dx: x in packed planes whose border is −∞,
 * y and dy [outHeight, outWidth, channels]. Each output's gradient goes to the first tap that holds its maximum.
 */
export function maxPoolGradientImage(
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
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
  const step = <usize>channels * F32
  for (let c = 0; c < channels; c += 4) {
    const lanes = channels - c
    let out = <usize>c * F32
    for (let r = 0; r < outHeight; r++)
      for (let p = 0; p < outWidth; p++) {
        const highest = loadLanes(y + out, lanes)
        let left = loadLanes(dy + out, lanes)
        let at = <usize>(r * strideY) * row + <usize>(p * strideX) * BLOCK
        for (let i = 0; i < tapsY; i++) {
          let q = at
          for (let j = 0; j < tapsX; j++) {
            const hit = f32x4.eq(v128.load(x + q), highest)
            v128.store(dx + q, f32x4.add(v128.load(dx + q), v128.and(left, hit)))
            // What has found its place is not there for the taps behind.
            left = v128.andnot(left, hit)
            q += <usize>dilationX * BLOCK
          }
          at += <usize>dilationY * row
        }
        out += step
      }
    x += <usize>paddedHeight * row
    dx += <usize>paddedHeight * row
  }
}

/**
 * Adds the gradient of one image's average pooling to zeroed planes dx: each output's gradient is shared
 * by the taps inside the image, or by all taps where padding counts.
 */
export function avgPoolGradientImage(
  dy: usize,
  dx: usize,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  left: i32,
  paddedHeight: i32,
  paddedWidth: i32,
  outHeight: i32,
  outWidth: i32,
  tapsY: i32,
  tapsX: i32,
  strideY: i32,
  strideX: i32,
  countPadding: bool,
): void {
  const row = <usize>paddedWidth * BLOCK
  const step = <usize>channels * F32
  for (let c = 0; c < channels; c += 4) {
    const lanes = channels - c
    let out = dy + <usize>c * F32
    for (let r = 0; r < outHeight; r++) {
      const rows = inside(r * strideY - top, tapsY, height)
      for (let p = 0; p < outWidth; p++) {
        const count = countPadding ? tapsY * tapsX : rows * inside(p * strideX - left, tapsX, width)
        const share = f32x4.mul(loadLanes(out, lanes), f32x4.splat(<f32>1 / <f32>count))
        let at = dx + <usize>(r * strideY) * row + <usize>(p * strideX) * BLOCK
        for (let i = 0; i < tapsY; i++) {
          for (let j = 0; j < tapsX; j++) {
            const to = at + <usize>j * BLOCK
            v128.store(to, f32x4.add(v128.load(to), share))
          }
          at += row
        }
        out += step
      }
    }
    dx += <usize>paddedHeight * row
  }
}

// @ts-ignore: decorator
@inline
function inside(start: i32, taps: i32, size: i32): i32 {
  return min(start + taps, size) - max(start, 0)
}
