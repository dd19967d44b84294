import { F32, loadLanes } from './lanes'
import { input0, input1, input2, input3, input4, input5 } from './winograd-axis'
import { COLUMN, HALF, positionOf, ROW, rowOr } from './winograd-strip'

/**
 * Bᵀ d B of the tiles whose upper row is row `top` of an image [height, width, channels]; `top` may be above
 * the image. The strip has 4·tiles + 2 columns and holds zeros outside the image's width; `zeros` is a row of
 * zeros.
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
  const position = positionOf(channels)
  const step = <usize>channels * F32
  const bytes = <usize>width * step
  let x0 = rowOr(x, top, height, bytes, zeros)
  let x1 = rowOr(x, top + 1, height, bytes, zeros)
  let x2 = rowOr(x, top + 2, height, bytes, zeros)
  let x3 = rowOr(x, top + 3, height, bytes, zeros)
  let x4 = rowOr(x, top + 4, height, bytes, zeros)
  let x5 = rowOr(x, top + 5, height, bytes, zeros)
  const inside = strip + <usize>left * COLUMN
  for (let lanes = channels; lanes > 0; lanes -= 8) {
    if (lanes >= 8) inputsDown(x0, x1, x2, x3, x4, x5, step, inside, width)
    else partInputsDown(x0, x1, x2, x3, x4, x5, step, inside, width, lanes)
    for (let i: usize = 0; i < 6; i++)
      inputsAcross(strip + i * ROW, to + i * plane * 6, plane, position, tiles, lanes > 4)
    x0 += ROW
    x1 += ROW
    x2 += ROW
    x3 += ROW
    x4 += ROW
    x5 += ROW
    to += ROW
  }
}

function inputsDown(
  x0: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  x4: usize,
  x5: usize,
  step: usize,
  to: usize,
  width: i32,
): void {
  for (const end = to + <usize>width * COLUMN; to < end; to += COLUMN) {
    storeDown(to, v128.load(x0), v128.load(x1), v128.load(x2), v128.load(x3), v128.load(x4), v128.load(x5))
    storeDown(
      to + HALF,
      v128.load(x0, HALF),
      v128.load(x1, HALF),
      v128.load(x2, HALF),
      v128.load(x3, HALF),
      v128.load(x4, HALF),
      v128.load(x5, HALF),
    )
    x0 += step
    x1 += step
    x2 += step
    x3 += step
    x4 += step
    x5 += step
  }
}

/** Does the same for fewer than eight channels. */
function partInputsDown(
  x0: usize,
  x1: usize,
  x2: usize,
  x3: usize,
  x4: usize,
  x5: usize,
  step: usize,
  to: usize,
  width: i32,
  lanes: i32,
): void {
  for (const end = to + <usize>width * COLUMN; to < end; to += COLUMN) {
    for (let c = 0; c < lanes; c += 4) {
      const at = <usize>c * F32
      const n = lanes - c
      storeDown(
        to + at,
        loadLanes(x0 + at, n),
        loadLanes(x1 + at, n),
        loadLanes(x2 + at, n),
        loadLanes(x3 + at, n),
        loadLanes(x4 + at, n),
        loadLanes(x5 + at, n),
      )
    }
    x0 += step
    x1 += step
    x2 += step
    x3 += step
    x4 += step
    x5 += step
  }
}

// @ts-ignore: decorator
@inline
function storeDown(to: usize, d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128): void {
  v128.store(to, input0(d0, d2, d4))
  v128.store(to, input1(d1, d2, d3, d4), ROW)
  v128.store(to, input2(d1, d2, d3, d4), ROW * 2)
  v128.store(to, input3(d1, d2, d3, d4), ROW * 3)
  v128.store(to, input4(d1, d2, d3, d4), ROW * 4)
  v128.store(to, input5(d1, d3, d5), ROW * 5)
}

/** Transforms one row of a strip, to six planes. */
function inputsAcross(from: usize, to: usize, plane: usize, position: usize, tiles: i32, both: bool): void {
  for (const end = to + <usize>tiles * position; to < end; to += position) {
    const p1 = to + plane
    const p2 = p1 + plane
    const p3 = p2 + plane
    const p4 = p3 + plane
    const p5 = p4 + plane
    let d0 = v128.load(from)
    let d1 = v128.load(from, COLUMN)
    let d2 = v128.load(from, COLUMN * 2)
    let d3 = v128.load(from, COLUMN * 3)
    let d4 = v128.load(from, COLUMN * 4)
    let d5 = v128.load(from, COLUMN * 5)
    v128.store(to, input0(d0, d2, d4))
    v128.store(p1, input1(d1, d2, d3, d4))
    v128.store(p2, input2(d1, d2, d3, d4))
    v128.store(p3, input3(d1, d2, d3, d4))
    v128.store(p4, input4(d1, d2, d3, d4))
    v128.store(p5, input5(d1, d3, d5))
    if (both) {
      d0 = v128.load(from, HALF)
      d1 = v128.load(from, HALF + COLUMN)
      d2 = v128.load(from, HALF + COLUMN * 2)
      d3 = v128.load(from, HALF + COLUMN * 3)
      d4 = v128.load(from, HALF + COLUMN * 4)
      d5 = v128.load(from, HALF + COLUMN * 5)
      v128.store(to, input0(d0, d2, d4), HALF)
      v128.store(p1, input1(d1, d2, d3, d4), HALF)
      v128.store(p2, input2(d1, d2, d3, d4), HALF)
      v128.store(p3, input3(d1, d2, d3, d4), HALF)
      v128.store(p4, input4(d1, d2, d3, d4), HALF)
      v128.store(p5, input5(d1, d3, d5), HALF)
    }
    from += COLUMN * 4
  }
}
