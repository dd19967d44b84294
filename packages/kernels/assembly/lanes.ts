/**
 * The basis of all kernels: four float32 lanes, the multiply-add of the build's variant, and loads and stores
 * that stay inside a tensor whose last axis is no multiple of four.
 *
 * Pointers are byte addresses in the backend's memory, of the unsigned type `usize` so that they reach beyond
 * 2 GiB. Nothing here allocates and nothing has static data: the memory belongs to TensorFlow.js.
 */

/** The bytes of one float32, and of one block of four. */
export const F32: usize = 4
export const BLOCK: usize = 16

/** a · b + c, rounded once in the relaxed-SIMD build if the machine supports that, else twice. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c)
  return f32x4.add(f32x4.mul(a, b), c)
}

// @ts-ignore: decorator
@inline
export function zero(): v128 {
  return f32x4.splat(0)
}

/** Loads four floats, or only the first n of them if fewer are left; the other lanes are 0. */
// @ts-ignore: decorator
@inline
export function loadLanes(from: usize, n: i32): v128 {
  if (n >= 4) return v128.load(from)
  return loadPart(from, n)
}

function loadPart(from: usize, n: i32): v128 {
  if (n == 3) return v128.load32_lane(from + 8, v128.load64_zero(from), 2)
  if (n == 2) return v128.load64_zero(from)
  return v128.load32_zero(from)
}

/** Stores four floats, or the first n of them. */
// @ts-ignore: decorator
@inline
export function storeLanes(to: usize, value: v128, n: i32): void {
  if (n >= 4) v128.store(to, value)
  else storePart(to, value, n)
}

function storePart(to: usize, value: v128, n: i32): void {
  if (n == 1) return v128.store32_lane(to, value, 0)
  v128.store64_lane(to, value, 0)
  if (n == 3) v128.store32_lane(to + 8, value, 2)
}

/** Adds four floats to those at an address. */
// @ts-ignore: decorator
@inline
export function addTo(at: usize, value: v128): void {
  v128.store(at, f32x4.add(v128.load(at), value))
}

/** Stores eight vectors of four floats, `yStep` bytes apart. */
// @ts-ignore: decorator
@inline
export function storeEight(
  y: usize,
  yStep: usize,
  lanes: i32,
  s0: v128,
  s1: v128,
  s2: v128,
  s3: v128,
  s4: v128,
  s5: v128,
  s6: v128,
  s7: v128,
): void {
  storeLanes(y, s0, lanes)
  y += yStep
  storeLanes(y, s1, lanes)
  y += yStep
  storeLanes(y, s2, lanes)
  y += yStep
  storeLanes(y, s3, lanes)
  y += yStep
  storeLanes(y, s4, lanes)
  y += yStep
  storeLanes(y, s5, lanes)
  y += yStep
  storeLanes(y, s6, lanes)
  y += yStep
  storeLanes(y, s7, lanes)
}

/** Stores the first n of eight columns of a row, or adds them to those that are there. */
// @ts-ignore: decorator
@inline
export function storeColumns(y: usize, left: v128, right: v128, n: i32, accumulate: bool): void {
  const rightN = n - 4
  if (accumulate) {
    left = f32x4.add(left, loadLanes(y, n))
    if (rightN > 0) right = f32x4.add(right, loadLanes(y + 16, rightN))
  }
  storeLanes(y, left, n)
  if (rightN > 0) storeLanes(y + 16, right, rightN)
}
