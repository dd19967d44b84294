import { placeOf, POINT, putApart, putTogether, transformBackward, transformForward } from './fourier'
import { BLOCK, F32, loadLanes, storeLanes, zero } from './lanes'

/*
 * Spectra of series and of kernels, in planes of one frequency f = 0 … n/2 each, which lie `plane` bytes
 * apart. Eight channels take 64 bytes of a plane: their real parts, and then their imaginary parts, which may
 * follow closer if there are fewer channels, so that a matrix product has no zeros to multiply. All spectra
 * are twice as large as Fourier's, and the backward transforms do not divide by n; `scale` makes up for both.
 *
 * `tables` holds the places of the frequencies and behind them the factors of `fourier.ts`, `work` n points.
 */

/** The bytes of the table of places: two entries for each frequency. */
// @ts-ignore: decorator
@inline
function factorsIn(tables: usize, n: i32): usize {
  return tables + <usize>(n + 2) * F32
}

/**
 * The spectra of `count` positions of a series [length, channels] from position `start` on; what lies outside
 * of the series, or behind these positions, is 0. Imaginary parts lie `imaginary` bytes behind the real
 * parts: 32, or less for fewer than eight channels.
 */
export function liftSeries(
  x: usize,
  length: i32,
  channels: i32,
  start: i32,
  count: i32,
  n: i32,
  tables: usize,
  work: usize,
  to: usize,
  plane: usize,
  imaginary: usize,
): void {
  const first = max<i32>(0, -start)
  const end = max<i32>(first, min<i32>(min<i32>(n, count), length - start))
  const step = <usize>channels * F32
  for (let channel = 0; channel < channels; channel += 8) {
    const at = x + <usize>(start + first) * step + <usize>channel * F32
    fill(work, 0, first)
    loadPositions(at, step, channels - channel, work + <usize>first * POINT, end - first)
    fill(work, end, n)
    transformForward(work, n, factorsIn(tables, n))
    let plain = to
    for (let k = 0; k < n + 2; k += 2) {
      putApart(work + placeOf(tables, k), work + placeOf(tables, k + 1), plain, imaginary)
      plain += plane
    }
    to += BLOCK * 4
  }
}

function fill(work: usize, from: i32, end: i32): void {
  memory.fill(work + <usize>from * POINT, 0, <usize>(end - from) * POINT)
}

function loadPositions(x: usize, step: usize, lanes: i32, work: usize, count: i32): void {
  const end = work + <usize>count * POINT
  if (lanes >= 8)
    for (; work < end; work += POINT) {
      v128.store(work, v128.load(x))
      v128.store(work, v128.load(x, 16), 16)
      x += step
    }
  else
    for (; work < end; work += POINT) {
      v128.store(work, loadLanes(x, lanes))
      v128.store(work, lanes > 4 ? loadLanes(x + BLOCK, lanes - 4) : zero(), 16)
      x += step
    }
}

/** The first `count` positions of the series [count, channels] of some spectra, times `scale`. */
export function lowerSeries(
  from: usize,
  plane: usize,
  y: usize,
  count: i32,
  channels: i32,
  scale: f32,
  n: i32,
  tables: usize,
  work: usize,
): void {
  const step = <usize>channels * F32
  for (let channel = 0; channel < channels; channel += 8) {
    let plain = from
    for (let k = 0; k < n + 2; k += 2) {
      putTogether(
        work + placeOf(tables, k),
        work + placeOf(tables, k + 1),
        v128.load(plain),
        v128.load(plain, 16),
        v128.load(plain, 32),
        v128.load(plain, 48),
      )
      plain += plane
    }
    transformBackward(work, n, factorsIn(tables, n))
    storePositions(work, POINT, y + <usize>channel * F32, step, channels - channel, count, scale)
    from += BLOCK * 4
  }
}

function storePositions(
  work: usize,
  workStep: usize,
  y: usize,
  step: usize,
  lanes: i32,
  count: i32,
  scale: f32,
): void {
  const factor = f32x4.splat(scale)
  for (let i = 0; i < count; i++) {
    storeLanes(y, f32x4.mul(v128.load(work), factor), lanes)
    if (lanes > 4) storeLanes(y + BLOCK, f32x4.mul(v128.load(work, 16), factor), lanes - 4)
    work += workStep
    y += step
  }
}

/**
 * The row of channel c's real part among those of all spectra in a plane; that of its imaginary part is eight
 * further.
 */
// @ts-ignore: decorator
@inline
function rowOf(channel: i32): i32 {
  return ((channel >> 3) << 4) + (channel & 7)
}

/**
 * Kernels [taps, channels, outputs] as matrices that turn the spectra of series into those of their
 * correlation, X·conj(W). They come in panels of eight outputs as of `packPanels`, and leave in panels of
 * eight columns, the real and the imaginary parts of eight outputs by turns, of `rows` rows each. If all
 * channels fit into one group of eight, the rows of absent ones are left out, and the imaginary rows begin
 * behind the real ones.
 */
export function liftFilters(
  panels: usize,
  taps: i32,
  dilation: i32,
  channels: i32,
  outputs: i32,
  rows: i32,
  n: i32,
  tables: usize,
  work: usize,
  to: usize,
  plane: usize,
): void {
  const row: usize = 32
  const panel = <usize>rows * row
  const imaginary = <usize>min<i32>(channels, 8) * row
  for (let output = 0; output < outputs; output += 8)
    for (let channel = 0; channel < channels; channel++) {
      fill(work, 0, n)
      const from = panels + <usize>(output * taps * channels + channel * 8) * F32
      for (let tap: usize = 0; tap < <usize>taps; tap++) {
        const at = from + tap * <usize>channels * row
        v128.store(work + tap * <usize>dilation * POINT, v128.load(at))
        v128.store(work + tap * <usize>dilation * POINT, v128.load(at, 16), 16)
      }
      transformForward(work, n, factorsIn(tables, n))
      let re = to + <usize>(output >> 3) * panel * 2 + <usize>rowOf(channel) * row
      for (let k = 0; k < n + 2; k += 2) {
        putMatrix(work + placeOf(tables, k), work + placeOf(tables, k + 1), re, imaginary, panel)
        re += plane
      }
    }
}

/** Writes [[wR, −wI], [wI, wR]] of the spectra of two kernels that were transformed as one. */
// @ts-ignore: decorator
@inline
function putMatrix(at: usize, mirror: usize, re: usize, imaginary: usize, panel: usize): void {
  const aR = f32x4.add(v128.load(at), v128.load(mirror))
  const bR = f32x4.add(v128.load(at, 16), v128.load(mirror, 16))
  const aI = f32x4.sub(v128.load(at, 16), v128.load(mirror, 16))
  const bI = f32x4.sub(v128.load(mirror), v128.load(at))
  v128.store(re, aR)
  v128.store(re, bR, 16)
  v128.store(re + imaginary, aI)
  v128.store(re + imaginary, bI, 16)
  v128.store(re + panel, f32x4.neg(aI))
  v128.store(re + panel, f32x4.neg(bI), 16)
  v128.store(re + panel + imaginary, aR)
  v128.store(re + panel + imaginary, bR, 16)
}

/**
 * The gradient [taps, channels, outputs] of kernels, from sums Xᵀ·dY over the spectra of all series, in
 * blocks as of `transposedProduct`: the correlation X·conj(dY), at the lags of the taps.
 */
export function lowerFilters(
  sums: usize,
  plane: usize,
  to: usize,
  taps: i32,
  dilation: i32,
  channels: i32,
  outputs: i32,
  scale: f32,
  n: i32,
  tables: usize,
  work: usize,
): void {
  const row: usize = 32
  const imaginary = <usize>min<i32>(channels, 8) * row
  const block = (channels > 8 ? <usize>((channels + 7) >> 3) * 16 : <usize>((channels * 2 + 3) & ~3)) * row
  const step = <usize>(channels * outputs) * F32
  for (let output = 0; output < outputs; output += 8)
    for (let channel = 0; channel < channels; channel++) {
      let re = sums + <usize>(output >> 3) * block * 2 + <usize>rowOf(channel) * row
      for (let k = 0; k < n + 2; k += 2) {
        const im = re + imaginary
        putTogether(
          work + placeOf(tables, k),
          work + placeOf(tables, k + 1),
          f32x4.add(v128.load(re), v128.load(im + block)),
          f32x4.add(v128.load(re, 16), v128.load(im + block, 16)),
          f32x4.sub(v128.load(im), v128.load(re + block)),
          f32x4.sub(v128.load(im, 16), v128.load(re + block, 16)),
        )
        re += plane
      }
      transformBackward(work, n, factorsIn(tables, n))
      const at = to + <usize>(channel * outputs + output) * F32
      storePositions(work, <usize>dilation * POINT, at, step, outputs - output, taps, scale)
    }
}
