import { BLOCK, F32, loadLanes } from './lanes'
import { liftInput, liftInputFrom, liftOutput, liftOutputFrom, lowerOutput } from './winograd-axis'

/*
 * Applies the transforms of `winograd-axis` to images, one row of tiles of four by four outputs at a time.
 * The vertical transform works on a strip as wide as the image and needs no border; the horizontal one works
 * tile by tile on the strip, whose ends are zeros. Transformed tiles lie in 36 planes [tile, channels],
 * `plane` bytes apart.
 */

/**
 * Bᵀ d B of the tiles whose upper row is row `top` of an image [height, width, channels]; `top` may be above
 * the image. The strip is [6, 4·tiles + 2, channels rounded up to 4] and holds zeros outside the image's
 * width; `zeros` is a row of zeros.
 */
export function liftInputTiles(
  x: usize,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  left: i32,
  tiles: i32,
  zeros: usize,
  strip: usize,
  to: usize,
  plane: usize,
): void {
  const position = <usize>((channels + 3) & ~3) * F32
  const row = <usize>(4 * tiles + 2) * position
  liftInputRows(x, height, width, channels, top, zeros, strip + <usize>left * position, row)
  for (let i = 0; i < 6; i++) {
    let from = strip
    let target = to
    for (let tile = 0; tile < tiles; tile++) {
      const end = from + position
      for (; from < end; from += BLOCK) {
        liftInputFrom(from, position, target, plane)
        target += BLOCK
      }
      from += position * 3
    }
    strip += row
    to += plane * 6
  }
}

function liftInputRows(
  x: usize,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  zeros: usize,
  to: usize,
  row: usize,
): void {
  const bytes = <usize>(width * channels) * F32
  let x0 = rowOr(x, top, height, bytes, zeros)
  let x1 = rowOr(x, top + 1, height, bytes, zeros)
  let x2 = rowOr(x, top + 2, height, bytes, zeros)
  let x3 = rowOr(x, top + 3, height, bytes, zeros)
  let x4 = rowOr(x, top + 4, height, bytes, zeros)
  let x5 = rowOr(x, top + 5, height, bytes, zeros)
  const rest = channels & 3
  const whole = <usize>(channels - rest) * F32
  // If no channels are left over, a row is one long run.
  const run = rest == 0 ? bytes : whole
  const runs = rest == 0 ? 1 : width
  for (let p = 0; p < runs; p++) {
    const end = x0 + run
    while (x0 < end) {
      liftInput(v128.load(x0), v128.load(x1), v128.load(x2), v128.load(x3), v128.load(x4), v128.load(x5), to, row)
      x0 += BLOCK
      x1 += BLOCK
      x2 += BLOCK
      x3 += BLOCK
      x4 += BLOCK
      x5 += BLOCK
      to += BLOCK
    }
    if (rest == 0) continue
    liftInput(
      loadLanes(x0, rest),
      loadLanes(x1, rest),
      loadLanes(x2, rest),
      loadLanes(x3, rest),
      loadLanes(x4, rest),
      loadLanes(x5, rest),
      to,
      row,
    )
    const behind = <usize>rest * F32
    x0 += behind
    x1 += behind
    x2 += behind
    x3 += behind
    x4 += behind
    x5 += behind
    to += BLOCK
  }
}

// @ts-ignore: decorator
@inline
function rowOr(x: usize, row: i32, height: i32, bytes: usize, zeros: usize): usize {
  return row >= 0 && row < height ? x + <usize>row * bytes : zeros
}

/**
 * A dy Aᵀ of the tiles that begin at row `top` of an image [height, width, channels]. The strip is [6,
 * 4·tiles, channels rounded up to 4] and holds zeros outside the image. A transformed position takes
 * `position` bytes.
 */
export function liftOutputTiles(
  dy: usize,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  tiles: i32,
  zeros: usize,
  strip: usize,
  to: usize,
  plane: usize,
  position: usize,
): void {
  const stride = <usize>((channels + 3) & ~3) * F32
  const row = <usize>(4 * tiles) * stride
  liftOutputRows(dy, height, width, channels, top, zeros, strip, row)
  for (let i = 0; i < 6; i++) {
    let from = strip
    for (let tile = 0; tile < tiles; tile++) {
      const end = from + stride
      let target = to + <usize>tile * position
      for (; from < end; from += BLOCK) {
        liftOutputFrom(from, stride, target, plane)
        target += BLOCK
      }
      from += stride * 3
    }
    strip += row
    to += plane * 6
  }
}

function liftOutputRows(
  y: usize,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  zeros: usize,
  to: usize,
  row: usize,
): void {
  const bytes = <usize>(width * channels) * F32
  let y0 = rowOr(y, top, height, bytes, zeros)
  let y1 = rowOr(y, top + 1, height, bytes, zeros)
  let y2 = rowOr(y, top + 2, height, bytes, zeros)
  let y3 = rowOr(y, top + 3, height, bytes, zeros)
  const rest = channels & 3
  const run = rest == 0 ? bytes : <usize>(channels - rest) * F32
  const runs = rest == 0 ? 1 : width
  for (let p = 0; p < runs; p++) {
    const end = y0 + run
    while (y0 < end) {
      liftOutput(v128.load(y0), v128.load(y1), v128.load(y2), v128.load(y3), to, row)
      y0 += BLOCK
      y1 += BLOCK
      y2 += BLOCK
      y3 += BLOCK
      to += BLOCK
    }
    if (rest == 0) continue
    liftOutput(loadLanes(y0, rest), loadLanes(y1, rest), loadLanes(y2, rest), loadLanes(y3, rest), to, row)
    const behind = <usize>rest * F32
    y0 += behind
    y1 += behind
    y2 += behind
    y3 += behind
    to += BLOCK
  }
}

/**
 * Aᵀ m A of a row of tiles, written to those of the rows `top` to `top + 3` that exist in an image
 * [height, width, channels]. The strip is [6, 4·tiles, channels rounded up to 4]; `spare` has room for four
 * rows of the image with channels rounded up to 4.
 */
export function lowerOutputTiles(
  m: usize,
  plane: usize,
  y: usize,
  height: i32,
  width: i32,
  channels: i32,
  top: i32,
  tiles: i32,
  strip: usize,
  spare: usize,
): void {
  const stride = <usize>((channels + 3) & ~3) * F32
  const row = <usize>(4 * tiles) * stride
  let to = strip
  for (let i = 0; i < 6; i++) {
    let from = m
    let target = to
    for (let tile = 0; tile < tiles; tile++) {
      const end = from + stride
      for (; from < end; from += BLOCK) {
        lowerOutput(from, plane, target, stride)
        target += BLOCK
      }
      target += stride * 3
    }
    to += row
    m += plane * 6
  }
  const rows = min(4, height - top)
  const bytes = <usize>channels * F32
  const rowBytes = <usize>width * bytes
  const target = y + <usize>top * rowBytes
  if (rows == 4 && stride == bytes) return lowerOutputRows(strip, row, target, rowBytes, rowBytes)
  const spareRow = <usize>width * stride
  lowerOutputRows(strip, row, spare, spareRow, spareRow)
  copyPositions(spare, target, rows * width, bytes, stride)
}

function lowerOutputRows(strip: usize, row: usize, to: usize, rowTo: usize, bytes: usize): void {
  const end = to + bytes
  for (; to < end; to += BLOCK) {
    lowerOutput(strip, row, to, rowTo)
    strip += BLOCK
  }
}

function copyPositions(from: usize, to: usize, positions: i32, bytes: usize, stride: usize): void {
  for (let p = 0; p < positions; p++) {
    for (let at: usize = 0; at < bytes; at += F32) store<f32>(to + at, load<f32>(from + at))
    from += stride
    to += bytes
  }
}
