import { BLOCK, F32, loadLanes, storeLanes, zero } from './lanes'

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
  const three = kernelY == 3 && kernelX == 3
  const whole = outHeight == height && outWidth == width && top == 1 && left == 1 && channels % 4 == 0
  if (largest != 0 && three && strideY == 1 && strideX == 1 && whole) return largestNearby(x, y, height, width, step)
  for (let oy = 0; oy < outHeight; oy++) {
    const firstY = max(0, oy * strideY - top)
    const endY = min(height, oy * strideY - top + kernelY)
    for (let ox = 0; ox < outWidth; ox++) {
      const firstX = max(0, ox * strideX - left)
      const endX = min(width, ox * strideX - left + kernelX)
      const inside = three && endY - firstY == 3 && endX - firstX == 3
      for (let c = 0; c < channels; c += 4) {
        const lanes = channels - c
        const from = x + <usize>c * F32
        const value =
          largest != 0
            ? largestOf(from, firstY, endY, firstX, endX, width, step, lanes)
            : inside && lanes >= 4
              ? meanOfNine(from + <usize>(firstY * width + firstX) * step, <usize>width * step, step)
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

/** The mean of a window of 3×3 inside the image, added up in the same order as by `meanOf`. */
// @ts-ignore: decorator
@inline
function meanOfNine(x: usize, row: usize, step: usize): v128 {
  let sum = addThree(zero(), x, step)
  sum = addThree(sum, x + row, step)
  sum = addThree(sum, x + row * 2, step)
  return f32x4.div(sum, f32x4.splat(9))
}

// @ts-ignore: decorator
@inline
function addThree(sum: v128, x: usize, step: usize): v128 {
  return f32x4.add(f32x4.add(f32x4.add(sum, v128.load(x)), v128.load(x + step)), v128.load(x + step * 2))
}

/**
 * The maxima of 3×3 positions around each position, for channels in fours. A maximum of the three rows is
 * taken once for each column. At an edge, the positions there stand for those beyond it, which changes no
 * maximum.
 */
function largestNearby(x: usize, y: usize, height: i32, width: i32, step: usize): void {
  const row = <usize>width * step
  for (let r = 0; r < height; r++) {
    const here = x + <usize>r * row
    const above = r > 0 ? here - row : here
    const below = r + 1 < height ? here + row : here
    for (let offset: usize = 0; offset < step; offset += BLOCK)
      largestAlongRow(above + offset, here + offset, below + offset, y + offset, width, step)
    y += row
  }
}

function largestAlongRow(above: usize, here: usize, below: usize, y: usize, width: i32, step: usize): void {
  let now = largestOfThree(v128.load(above), v128.load(here), v128.load(below))
  let before = now
  for (let column = 1; column < width; column++) {
    above += step
    here += step
    below += step
    const next = largestOfThree(v128.load(above), v128.load(here), v128.load(below))
    v128.store(y, largestOfThree(before, now, next))
    before = now
    now = next
    y += step
  }
  v128.store(y, f32x4.max(before, now))
}

// @ts-ignore: decorator
@inline
function largestOfThree(a: v128, b: v128, c: v128): v128 {
  return f32x4.max(f32x4.max(a, b), c)
}
