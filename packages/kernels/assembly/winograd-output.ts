import { F32, loadLanes } from './lanes'
import { farEven, farOdd, nearEven, nearOdd, output0, output1, output2, output3 } from './winograd-axis'
import { COLUMN, HALF, positionOf, ROW, rowOr } from './winograd-strip'

/**
 * A dy Aᵀ of the tiles that begin at row `top` of an image [height, width, channels]. The strip has 4·tiles
 * columns and holds zeros outside the image. A transformed position takes `position` bytes.
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
  const step = <usize>channels * F32
  const bytes = <usize>width * step
  let y0 = rowOr(dy, top, height, bytes, zeros)
  let y1 = rowOr(dy, top + 1, height, bytes, zeros)
  let y2 = rowOr(dy, top + 2, height, bytes, zeros)
  let y3 = rowOr(dy, top + 3, height, bytes, zeros)
  for (let lanes = channels; lanes > 0; lanes -= 8) {
    gradientsDown(y0, y1, y2, y3, step, strip, width, lanes)
    for (let i: usize = 0; i < 6; i++)
      gradientsAcross(strip + i * ROW, to + i * plane * 6, plane, position, tiles, lanes > 4)
    y0 += ROW
    y1 += ROW
    y2 += ROW
    y3 += ROW
    to += ROW
  }
}

function gradientsDown(
  y0: usize,
  y1: usize,
  y2: usize,
  y3: usize,
  step: usize,
  to: usize,
  width: i32,
  lanes: i32,
): void {
  for (const end = to + <usize>width * COLUMN; to < end; to += COLUMN) {
    if (lanes >= 8) {
      storeDown(to, v128.load(y0), v128.load(y1), v128.load(y2), v128.load(y3))
      storeDown(
        to + HALF,
        v128.load(y0, HALF),
        v128.load(y1, HALF),
        v128.load(y2, HALF),
        v128.load(y3, HALF),
      )
    } else
      for (let c = 0; c < lanes; c += 4) {
        const at = <usize>c * F32
        const n = lanes - c
        storeDown(
          to + at,
          loadLanes(y0 + at, n),
          loadLanes(y1 + at, n),
          loadLanes(y2 + at, n),
          loadLanes(y3 + at, n),
        )
      }
    y0 += step
    y1 += step
    y2 += step
    y3 += step
  }
}

// @ts-ignore: decorator
@inline
function storeDown(to: usize, y0: v128, y1: v128, y2: v128, y3: v128): void {
  v128.store(to, y0)
  v128.store(to, f32x4.add(nearEven(y0, y2), nearOdd(y1, y3)), ROW)
  v128.store(to, f32x4.sub(nearEven(y0, y2), nearOdd(y1, y3)), ROW * 2)
  v128.store(to, f32x4.add(farEven(y0, y2), farOdd(y1, y3)), ROW * 3)
  v128.store(to, f32x4.sub(farEven(y0, y2), farOdd(y1, y3)), ROW * 4)
  v128.store(to, y3, ROW * 5)
}

/** Transforms one row of a strip, to six planes. */
function gradientsAcross(from: usize, to: usize, plane: usize, position: usize, tiles: i32, both: bool): void {
  for (const end = to + <usize>tiles * position; to < end; to += position) {
    const p1 = to + plane
    const p2 = p1 + plane
    const p3 = p2 + plane
    const p4 = p3 + plane
    const p5 = p4 + plane
    let y0 = v128.load(from)
    let y1 = v128.load(from, COLUMN)
    let y2 = v128.load(from, COLUMN * 2)
    let y3 = v128.load(from, COLUMN * 3)
    v128.store(to, y0)
    v128.store(p1, f32x4.add(nearEven(y0, y2), nearOdd(y1, y3)))
    v128.store(p2, f32x4.sub(nearEven(y0, y2), nearOdd(y1, y3)))
    v128.store(p3, f32x4.add(farEven(y0, y2), farOdd(y1, y3)))
    v128.store(p4, f32x4.sub(farEven(y0, y2), farOdd(y1, y3)))
    v128.store(p5, y3)
    if (both) {
      y0 = v128.load(from, HALF)
      y1 = v128.load(from, HALF + COLUMN)
      y2 = v128.load(from, HALF + COLUMN * 2)
      y3 = v128.load(from, HALF + COLUMN * 3)
      v128.store(to, y0, HALF)
      v128.store(p1, f32x4.add(nearEven(y0, y2), nearOdd(y1, y3)), HALF)
      v128.store(p2, f32x4.sub(nearEven(y0, y2), nearOdd(y1, y3)), HALF)
      v128.store(p3, f32x4.add(farEven(y0, y2), farOdd(y1, y3)), HALF)
      v128.store(p4, f32x4.sub(farEven(y0, y2), farOdd(y1, y3)), HALF)
      v128.store(p5, y3, HALF)
    }
    from += COLUMN * 4
  }
}

/**
 * Aᵀ m A of a row of tiles, written to those of the rows `top` to `top + 3` that exist in an image
 * [height, width, channels]. The strip has 4·tiles columns; `spare` has room for four rows of the image with
 * channels rounded up to 4.
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
  const position = positionOf(channels)
  const step = <usize>channels * F32
  const rows = min(4, height - top)
  const target = y + <usize>(top * width) * step
  const direct = rows == 4 && position == step
  const row = <usize>width * position
  let to = direct ? target : spare
  for (let lanes = channels; lanes > 0; lanes -= 8) {
    for (let i: usize = 0; i < 6; i++)
      outputsAcross(m + i * plane * 6, plane, position, strip + i * ROW, tiles, lanes > 4)
    outputsDown(strip, to, row, position, width, lanes > 4)
    m += ROW
    to += ROW
  }
  if (!direct) copyPositions(spare, target, rows * width, step, position)
}

/** Transforms six planes, to one row of a strip. */
function outputsAcross(from: usize, plane: usize, position: usize, to: usize, tiles: i32, both: bool): void {
  for (const end = from + <usize>tiles * position; from < end; from += position) {
    const p1 = from + plane
    const p2 = p1 + plane
    const p3 = p2 + plane
    const p4 = p3 + plane
    const p5 = p4 + plane
    let m0 = v128.load(from)
    let m1 = v128.load(p1)
    let m2 = v128.load(p2)
    let m3 = v128.load(p3)
    let m4 = v128.load(p4)
    let m5 = v128.load(p5)
    v128.store(to, output0(m0, m1, m2, m3, m4))
    v128.store(to, output1(m1, m2, m3, m4), COLUMN)
    v128.store(to, output2(m1, m2, m3, m4), COLUMN * 2)
    v128.store(to, output3(m1, m2, m3, m4, m5), COLUMN * 3)
    if (both) {
      m0 = v128.load(from, HALF)
      m1 = v128.load(p1, HALF)
      m2 = v128.load(p2, HALF)
      m3 = v128.load(p3, HALF)
      m4 = v128.load(p4, HALF)
      m5 = v128.load(p5, HALF)
      v128.store(to, output0(m0, m1, m2, m3, m4), HALF)
      v128.store(to, output1(m1, m2, m3, m4), HALF + COLUMN)
      v128.store(to, output2(m1, m2, m3, m4), HALF + COLUMN * 2)
      v128.store(to, output3(m1, m2, m3, m4, m5), HALF + COLUMN * 3)
    }
    to += COLUMN * 4
  }
}

function outputsDown(from: usize, to: usize, row: usize, position: usize, width: i32, both: bool): void {
  for (const end = to + <usize>width * position; to < end; to += position) {
    const p1 = to + row
    const p2 = p1 + row
    const p3 = p2 + row
    let m0 = v128.load(from)
    let m1 = v128.load(from, ROW)
    let m2 = v128.load(from, ROW * 2)
    let m3 = v128.load(from, ROW * 3)
    let m4 = v128.load(from, ROW * 4)
    let m5 = v128.load(from, ROW * 5)
    v128.store(to, output0(m0, m1, m2, m3, m4))
    v128.store(p1, output1(m1, m2, m3, m4))
    v128.store(p2, output2(m1, m2, m3, m4))
    v128.store(p3, output3(m1, m2, m3, m4, m5))
    if (both) {
      m0 = v128.load(from, HALF)
      m1 = v128.load(from, HALF + ROW)
      m2 = v128.load(from, HALF + ROW * 2)
      m3 = v128.load(from, HALF + ROW * 3)
      m4 = v128.load(from, HALF + ROW * 4)
      m5 = v128.load(from, HALF + ROW * 5)
      v128.store(to, output0(m0, m1, m2, m3, m4), HALF)
      v128.store(p1, output1(m1, m2, m3, m4), HALF)
      v128.store(p2, output2(m1, m2, m3, m4), HALF)
      v128.store(p3, output3(m1, m2, m3, m4, m5), HALF)
    }
    from += COLUMN
  }
}

function copyPositions(from: usize, to: usize, positions: i32, bytes: usize, stride: usize): void {
  for (let p = 0; p < positions; p++) {
    for (let at: usize = 0; at < bytes; at += F32) store<f32>(to + at, load<f32>(from + at))
    from += stride
    to += bytes
  }
}
