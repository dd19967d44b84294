import { BLOCK, F32 } from './lanes'

/*
 * Fourier transforms of eight real series at a time: four of them are the real lanes of one complex series,
 * the other four its imaginary lanes. A point takes 32 bytes, its four real parts and then its four imaginary
 * parts.
 *
 * A length is 4^a · 2^b · 3^c with b and c of 0 or 1. The forward transform splits by frequency and leaves
 * its results in the order in which the splitting puts them; the backward transform goes the same way back,
 * so that nothing is ever sorted. `kernels/fourier-tables.ts` writes the factors e^(−2πi·jk/m), in the order
 * of their use.
 */

/** The bytes of one point of a complex series. */
export const POINT: usize = 32
/** The bytes of the three factors of a step of four, and of the factor of a step of two. */
const THREE_FACTORS: usize = 24
const ONE_FACTOR: usize = 8

/** sin 60°, as the step of three needs it. */
const SIN60: f32 = 0.8660254037844386

/** Σ_t z(t) e^(−2πi·ft/n), in place. */
export function transformForward(z: usize, n: i32, factors: usize): void {
  let m = n
  for (; (m & 3) == 0; m >>= 2) {
    splitByFour(z, n, m, factors)
    factors += <usize>(m >> 2) * THREE_FACTORS
  }
  if ((m & 1) == 0) {
    splitByTwo(z, n, m, factors)
    m >>= 1
  }
  if (m == 3) byThree(z, n, -SIN60)
}

/** Σ_f z(f) e^(2πi·ft/n), in place: `transformForward` backwards, times n. */
export function transformBackward(z: usize, n: i32, factors: usize): void {
  let m = n
  for (; (m & 3) == 0; m >>= 2) factors += <usize>(m >> 2) * THREE_FACTORS
  const even = (m & 1) == 0
  const odd = even ? m >> 1 : m
  if (odd == 3) byThree(z, n, SIN60)
  if (even) joinByTwo(z, n, m, factors)
  for (m <<= 2; m <= n; m <<= 2) {
    factors -= <usize>(m >> 2) * THREE_FACTORS
    joinByFour(z, n, m, factors)
  }
}

// @ts-ignore: decorator
@inline
function real(z: usize): v128 {
  return v128.load(z)
}

// @ts-ignore: decorator
@inline
function imaginary(z: usize): v128 {
  return v128.load(z, 16)
}

// @ts-ignore: decorator
@inline
function put(z: usize, re: v128, im: v128): void {
  v128.store(z, re)
  v128.store(z, im, 16)
}

/** Stores (re + i·im) · (wr + i·wi). */
// @ts-ignore: decorator
@inline
function putTurned(z: usize, re: v128, im: v128, wr: v128, wi: v128): void {
  put(
    z,
    f32x4.sub(f32x4.mul(re, wr), f32x4.mul(im, wi)),
    f32x4.add(f32x4.mul(re, wi), f32x4.mul(im, wr)),
  )
}

function splitByFour(z: usize, n: i32, m: i32, factors: usize): void {
  const quarter = <usize>(m >> 2) * POINT
  const block = <usize>m * POINT
  const end = z + <usize>n * POINT
  for (let j: usize = 0; j < quarter; j += POINT) {
    const w1r = v128.load32_splat(factors)
    const w1i = v128.load32_splat(factors, 4)
    const w2r = v128.load32_splat(factors, 8)
    const w2i = v128.load32_splat(factors, 12)
    const w3r = v128.load32_splat(factors, 16)
    const w3i = v128.load32_splat(factors, 20)
    factors += THREE_FACTORS
    for (let a = z + j; a < end; a += block) {
      const b = a + quarter
      const c = b + quarter
      const d = c + quarter
      const sumR = f32x4.add(real(a), real(c))
      const sumI = f32x4.add(imaginary(a), imaginary(c))
      const offR = f32x4.sub(real(a), real(c))
      const offI = f32x4.sub(imaginary(a), imaginary(c))
      const oddR = f32x4.add(real(b), real(d))
      const oddI = f32x4.add(imaginary(b), imaginary(d))
      const turnR = f32x4.sub(imaginary(b), imaginary(d))
      const turnI = f32x4.sub(real(d), real(b))
      put(a, f32x4.add(sumR, oddR), f32x4.add(sumI, oddI))
      putTurned(b, f32x4.add(offR, turnR), f32x4.add(offI, turnI), w1r, w1i)
      putTurned(c, f32x4.sub(sumR, oddR), f32x4.sub(sumI, oddI), w2r, w2i)
      putTurned(d, f32x4.sub(offR, turnR), f32x4.sub(offI, turnI), w3r, w3i)
    }
  }
}

function joinByFour(z: usize, n: i32, m: i32, factors: usize): void {
  const quarter = <usize>(m >> 2) * POINT
  const block = <usize>m * POINT
  const end = z + <usize>n * POINT
  for (let j: usize = 0; j < quarter; j += POINT) {
    const w1r = v128.load32_splat(factors)
    const w1i = v128.load32_splat(factors, 4)
    const w2r = v128.load32_splat(factors, 8)
    const w2i = v128.load32_splat(factors, 12)
    const w3r = v128.load32_splat(factors, 16)
    const w3i = v128.load32_splat(factors, 20)
    factors += THREE_FACTORS
    for (let a = z + j; a < end; a += block) {
      const b = a + quarter
      const c = b + quarter
      const d = c + quarter
      const bR = turnedBackR(b, w1r, w1i)
      const bI = turnedBackI(b, w1r, w1i)
      const cR = turnedBackR(c, w2r, w2i)
      const cI = turnedBackI(c, w2r, w2i)
      const dR = turnedBackR(d, w3r, w3i)
      const dI = turnedBackI(d, w3r, w3i)
      const sumR = f32x4.add(real(a), cR)
      const sumI = f32x4.add(imaginary(a), cI)
      const offR = f32x4.sub(real(a), cR)
      const offI = f32x4.sub(imaginary(a), cI)
      const oddR = f32x4.add(bR, dR)
      const oddI = f32x4.add(bI, dI)
      const turnR = f32x4.sub(dI, bI)
      const turnI = f32x4.sub(bR, dR)
      put(a, f32x4.add(sumR, oddR), f32x4.add(sumI, oddI))
      put(b, f32x4.add(offR, turnR), f32x4.add(offI, turnI))
      put(c, f32x4.sub(sumR, oddR), f32x4.sub(sumI, oddI))
      put(d, f32x4.sub(offR, turnR), f32x4.sub(offI, turnI))
    }
  }
}

/** The parts of a point times the conjugate of a factor. */
// @ts-ignore: decorator
@inline
function turnedBackR(z: usize, wr: v128, wi: v128): v128 {
  return f32x4.add(f32x4.mul(real(z), wr), f32x4.mul(imaginary(z), wi))
}

// @ts-ignore: decorator
@inline
function turnedBackI(z: usize, wr: v128, wi: v128): v128 {
  return f32x4.sub(f32x4.mul(imaginary(z), wr), f32x4.mul(real(z), wi))
}

function splitByTwo(z: usize, n: i32, m: i32, factors: usize): void {
  const half = <usize>(m >> 1) * POINT
  const end = z + <usize>n * POINT
  for (let j: usize = 0; j < half; j += POINT) {
    const wr = v128.load32_splat(factors)
    const wi = v128.load32_splat(factors, 4)
    factors += ONE_FACTOR
    for (let a = z + j; a < end; a += half * 2) {
      const b = a + half
      const offR = f32x4.sub(real(a), real(b))
      const offI = f32x4.sub(imaginary(a), imaginary(b))
      put(a, f32x4.add(real(a), real(b)), f32x4.add(imaginary(a), imaginary(b)))
      putTurned(b, offR, offI, wr, wi)
    }
  }
}

function joinByTwo(z: usize, n: i32, m: i32, factors: usize): void {
  const half = <usize>(m >> 1) * POINT
  const end = z + <usize>n * POINT
  for (let j: usize = 0; j < half; j += POINT) {
    const wr = v128.load32_splat(factors)
    const wi = v128.load32_splat(factors, 4)
    factors += ONE_FACTOR
    for (let a = z + j; a < end; a += half * 2) {
      const b = a + half
      const bR = turnedBackR(b, wr, wi)
      const bI = turnedBackI(b, wr, wi)
      const aR = real(a)
      const aI = imaginary(a)
      put(a, f32x4.add(aR, bR), f32x4.add(aI, bI))
      put(b, f32x4.sub(aR, bR), f32x4.sub(aI, bI))
    }
  }
}

/** Three points each; `sine` is that of 60°, negative for the forward transform. */
function byThree(z: usize, n: i32, sine: f32): void {
  const half = f32x4.splat(0.5)
  const s = f32x4.splat(sine)
  const end = z + <usize>n * POINT
  for (let a = z; a < end; a += POINT * 3) {
    const b = a + POINT
    const c = b + POINT
    const sumR = f32x4.add(real(b), real(c))
    const sumI = f32x4.add(imaginary(b), imaginary(c))
    const turnR = f32x4.mul(s, f32x4.sub(imaginary(c), imaginary(b)))
    const turnI = f32x4.mul(s, f32x4.sub(real(b), real(c)))
    const restR = f32x4.sub(real(a), f32x4.mul(half, sumR))
    const restI = f32x4.sub(imaginary(a), f32x4.mul(half, sumI))
    put(a, f32x4.add(real(a), sumR), f32x4.add(imaginary(a), sumI))
    put(b, f32x4.add(restR, turnR), f32x4.add(restI, turnI))
    put(c, f32x4.sub(restR, turnR), f32x4.sub(restI, turnI))
  }
}

/**
 * Takes the spectra of the two series apart that were transformed as one, times two: at `to` four real parts
 * of the first, then of the second, and `behind` bytes further the imaginary parts. `at` and `mirror` are the
 * points of frequencies f and n − f.
 */
// @ts-ignore: decorator
@inline
export function putApart(at: usize, mirror: usize, to: usize, behind: usize): void {
  v128.store(to, f32x4.add(real(at), real(mirror)))
  v128.store(to, f32x4.add(imaginary(at), imaginary(mirror)), BLOCK)
  v128.store(to + behind, f32x4.sub(imaginary(at), imaginary(mirror)))
  v128.store(to + behind, f32x4.sub(real(mirror), real(at)), BLOCK)
}

/** The contrary: joins the spectra of two series, (aR + i·aI) + i·(bR + i·bI), at frequencies f and n − f. */
// @ts-ignore: decorator
@inline
export function putTogether(at: usize, mirror: usize, aR: v128, bR: v128, aI: v128, bI: v128): void {
  put(mirror, f32x4.add(aR, bI), f32x4.sub(bR, aI))
  put(at, f32x4.sub(aR, bI), f32x4.add(bR, aI))
}

/** The offset, in bytes, of the point of the k-th entry of the table of places: f and n − f by turns. */
// @ts-ignore: decorator
@inline
export function placeOf(places: usize, k: i32): usize {
  return <usize>load<u32>(places + <usize>k * F32)
}
