import { BLOCK, F32, zero } from './lanes'

/*
 * The gradient of means of 3×3 nearby positions, of which each counts those inside the image. Every position
 * takes its share of the nine outputs around it. The sums of three rows are made once for each column, and
 * stay in registers while the three columns that need them are added, in the order of the general form.
 */

/** dx [height, width, channels] from dy of the same shape, for channels in fours. */
export function shareAmongNearby(dy: usize, dx: usize, height: i32, width: i32, channels: i32): void {
  const step = <usize>channels * F32
  const row = <usize>width * step
  const columns = nearby(0, width)
  for (let r = 0; r < height; r++) {
    const above = r > 0 ? row : 0
    const below = r + 1 < height ? row : 0
    const a = shareOf(r - 1, height, 3)
    const b = shareOf(r, height, 3)
    const c = shareOf(r + 1, height, 3)
    const edgeA = shareOf(r - 1, height, columns)
    const edgeB = shareOf(r, height, columns)
    const edgeC = shareOf(r + 1, height, columns)
    for (let at: usize = 0; at < step; at += BLOCK)
      shareAlongRow(dy + at, dx + at, width, step, above, below, a, b, c, edgeA, edgeB, edgeC)
    dy += row
    dx += row
  }
}

/**
 * Four channels of one row, whose neighbours lie `above` and `below` bytes from it, or do not exist if that
 * is 0.
 */
function shareAlongRow(
  dy: usize,
  dx: usize,
  width: i32,
  step: usize,
  above: usize,
  below: usize,
  a: v128,
  b: v128,
  c: v128,
  edgeA: v128,
  edgeB: v128,
  edgeC: v128,
): void {
  let last = shares(dy, above, below, edgeA, edgeB, edgeC)
  let pair = last
  for (let column = 2; column < width; column++) {
    dy += step
    const next = shares(dy, above, below, a, b, c)
    v128.store(dx, f32x4.add(pair, next))
    pair = f32x4.add(last, next)
    last = next
    dx += step
  }
  if (width == 1) return v128.store(dx, last)
  const end = shares(dy + step, above, below, edgeA, edgeB, edgeC)
  v128.store(dx, f32x4.add(pair, end))
  v128.store(dx + step, f32x4.add(last, end))
}

/** The sum of three rows' shares in one column. */
// @ts-ignore: decorator
@inline
function shares(dy: usize, above: usize, below: usize, a: v128, b: v128, c: v128): v128 {
  let sum = f32x4.mul(v128.load(dy), b)
  if (above) sum = f32x4.add(f32x4.mul(v128.load(dy - above), a), sum)
  if (below) sum = f32x4.add(sum, f32x4.mul(v128.load(dy + below), c))
  return sum
}

/** One position's share of the mean around row `r`, if its window has `columns` columns inside the image. */
// @ts-ignore: decorator
@inline
function shareOf(r: i32, height: i32, columns: i32): v128 {
  return f32x4.splat(<f32>1 / <f32>(nearby(r, height) * columns))
}

/** How many of the three places around `place` are inside. */
// @ts-ignore: decorator
@inline
function nearby(place: i32, size: i32): i32 {
  return min(place + 2, size) - max(place - 1, 0)
}
