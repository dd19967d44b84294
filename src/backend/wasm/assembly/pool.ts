import { F32, loadLanes, storeLanes } from './lanes'

/**
 * Pools one image [height, width, channels] to [outHeight, outWidth, channels]. An output is the mean, or the
 * maximum if `largest` is not 0, of those positions of its window that lie inside the image. The first window
 * begins `top` rows above the image and `left` columns to the left of it.
 */
export function poolImage(
  x: usize,
  y: usize,
  largest: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  kernelY: i32,
  kernelX: i32,
  strideY: i32,
  strideX: i32,
  top: i32,
  left: i32,
): void {
  const step = <usize>channels * F32
  for (let oy = 0; oy < outHeight; oy++) {
    const firstY = max(0, oy * strideY - top)
    const endY = min(height, oy * strideY - top + kernelY)
    for (let ox = 0; ox < outWidth; ox++) {
      const firstX = max(0, ox * strideX - left)
      const endX = min(width, ox * strideX - left + kernelX)
      for (let c = 0; c < channels; c += 4) {
        const lanes = channels - c
        const from = x + <usize>c * F32
        const value =
          largest != 0
            ? largestOf(from, firstY, endY, firstX, endX, width, step, lanes)
            : meanOf(from, firstY, endY, firstX, endX, width, step, lanes)
        storeLanes(y + <usize>c * F32, value, lanes)
      }
      y += step
    }
  }
}

// @ts-ignore: decorator
@inline
function largestOf(
  x: usize,
  firstY: i32,
  endY: i32,
  firstX: i32,
  endX: i32,
  width: i32,
  step: usize,
  lanes: i32,
): v128 {
  let value = f32x4.splat(-Infinity)
  for (let row = firstY; row < endY; row++) {
    let at = x + <usize>(row * width + firstX) * step
    for (let column = firstX; column < endX; column++) {
      value = f32x4.max(value, loadLanes(at, lanes))
      at += step
    }
  }
  return value
}

// @ts-ignore: decorator
@inline
function meanOf(
  x: usize,
  firstY: i32,
  endY: i32,
  firstX: i32,
  endX: i32,
  width: i32,
  step: usize,
  lanes: i32,
): v128 {
  let sum = f32x4.splat(0)
  for (let row = firstY; row < endY; row++) {
    let at = x + <usize>(row * width + firstX) * step
    for (let column = firstX; column < endX; column++) {
      sum = f32x4.add(sum, loadLanes(at, lanes))
      at += step
    }
  }
  return f32x4.div(sum, f32x4.splat(<f32>((endY - firstY) * (endX - firstX))))
}
