import { F32, madd, storeLanes, zero, loadLanes } from './lanes'

/**
 * Rows of a product with a packed matrix, and so of a convolution: for each of `rows` rows,
 *
 *   y[row, 0…n) (+)= Σ_tapY Σ_tapX Σ_k x[row·rowStep + tapY·stepY + tapX·stepX + k] · B[tapY, tapX, k, 0…n)
 *
 * Addresses and steps are in bytes. B is in panels of eight columns, [n/8][taps · k][8]. Four rows and eight
 * columns at a time take eight accumulators, which is what sixteen registers hold besides their operands.
 */
export function productRows(
  x: usize,
  panels: usize,
  y: usize,
  rows: i32,
  n: i32,
  k: i32,
  rowStep: usize,
  tapsY: i32,
  tapsX: i32,
  stepY: usize,
  stepX: usize,
  yStep: usize,
  accumulate: bool,
): void {
  const panelSize = <usize>(tapsY * tapsX * k) * 32
  const plain = tapsY == 1 && tapsX == 1 && !accumulate
  let row = 0
  for (; row + 4 <= rows; row += 4) {
    let panel = panels
    for (let column = 0; column < n; column += 8) {
      const to = y + <usize>column * F32
      if (plain && column + 8 <= n) fourPlainRows(x, panel, to, k, rowStep, yStep)
      else fourRows(x, panel, to, n - column, k, rowStep, tapsY, tapsX, stepY, stepX, yStep, accumulate)
      panel += panelSize
    }
    x += rowStep * 4
    y += yStep * 4
  }
  for (; row < rows; row++) {
    let panel = panels
    for (let column = 0; column < n; column += 8) {
      oneRow(x, panel, y + <usize>column * F32, n - column, k, tapsY, tapsX, stepY, stepX, accumulate)
      panel += panelSize
    }
    x += rowStep
    y += yStep
  }
}

function fourRows(
  x: usize,
  panel: usize,
  y: usize,
  columns: i32,
  k: i32,
  rowStep: usize,
  tapsY: i32,
  tapsX: i32,
  stepY: usize,
  stepX: usize,
  yStep: usize,
  accumulate: bool,
): void {
  const right = columns - 4
  let a0 = zero()
  let a1 = zero()
  let b0 = zero()
  let b1 = zero()
  let c0 = zero()
  let c1 = zero()
  let d0 = zero()
  let d1 = zero()
  const bytes = <usize>k * F32
  for (let tapY = 0; tapY < tapsY; tapY++) {
    let start = x + <usize>tapY * stepY
    for (let tapX = 0; tapX < tapsX; tapX++) {
      let xa = start
      let xb = xa + rowStep
      let xc = xb + rowStep
      let xd = xc + rowStep
      const end = xa + bytes
      while (xa < end) {
        const w0 = v128.load(panel)
        const w1 = v128.load(panel, 16)
        const va = v128.load32_splat(xa)
        a0 = madd(va, w0, a0)
        a1 = madd(va, w1, a1)
        const vb = v128.load32_splat(xb)
        b0 = madd(vb, w0, b0)
        b1 = madd(vb, w1, b1)
        const vc = v128.load32_splat(xc)
        c0 = madd(vc, w0, c0)
        c1 = madd(vc, w1, c1)
        const vd = v128.load32_splat(xd)
        d0 = madd(vd, w0, d0)
        d1 = madd(vd, w1, d1)
        xa += F32
        xb += F32
        xc += F32
        xd += F32
        panel += 32
      }
      start += stepX
    }
  }
  put(y, a0, a1, columns, right, accumulate)
  put(y + yStep, b0, b1, columns, right, accumulate)
  put(y + yStep * 2, c0, c1, columns, right, accumulate)
  put(y + yStep * 3, d0, d1, columns, right, accumulate)
}

/**
 * Four rows by eight columns of a product without taps. With few features, the work around the loop matters.
 */
function fourPlainRows(xa: usize, panel: usize, y: usize, k: i32, rowStep: usize, yStep: usize): void {
  let a0 = zero()
  let a1 = zero()
  let b0 = zero()
  let b1 = zero()
  let c0 = zero()
  let c1 = zero()
  let d0 = zero()
  let d1 = zero()
  let xb = xa + rowStep
  let xc = xb + rowStep
  let xd = xc + rowStep
  const end = xa + <usize>k * F32
  while (xa < end) {
    const w0 = v128.load(panel)
    const w1 = v128.load(panel, 16)
    const va = v128.load32_splat(xa)
    a0 = madd(va, w0, a0)
    a1 = madd(va, w1, a1)
    const vb = v128.load32_splat(xb)
    b0 = madd(vb, w0, b0)
    b1 = madd(vb, w1, b1)
    const vc = v128.load32_splat(xc)
    c0 = madd(vc, w0, c0)
    c1 = madd(vc, w1, c1)
    const vd = v128.load32_splat(xd)
    d0 = madd(vd, w0, d0)
    d1 = madd(vd, w1, d1)
    xa += F32
    xb += F32
    xc += F32
    xd += F32
    panel += 32
  }
  v128.store(y, a0)
  v128.store(y, a1, 16)
  y += yStep
  v128.store(y, b0)
  v128.store(y, b1, 16)
  y += yStep
  v128.store(y, c0)
  v128.store(y, c1, 16)
  y += yStep
  v128.store(y, d0)
  v128.store(y, d1, 16)
}

function oneRow(
  x: usize,
  panel: usize,
  y: usize,
  columns: i32,
  k: i32,
  tapsY: i32,
  tapsX: i32,
  stepY: usize,
  stepX: usize,
  accumulate: bool,
): void {
  let a0 = zero()
  let a1 = zero()
  const bytes = <usize>k * F32
  for (let tapY = 0; tapY < tapsY; tapY++) {
    let start = x + <usize>tapY * stepY
    for (let tapX = 0; tapX < tapsX; tapX++) {
      let xa = start
      const end = xa + bytes
      while (xa < end) {
        const va = v128.load32_splat(xa)
        a0 = madd(va, v128.load(panel), a0)
        a1 = madd(va, v128.load(panel, 16), a1)
        xa += F32
        panel += 32
      }
      start += stepX
    }
  }
  put(y, a0, a1, columns, columns - 4, accumulate)
}

// @ts-ignore: decorator
@inline
function put(y: usize, left: v128, right: v128, columns: i32, rightColumns: i32, accumulate: bool): void {
  if (accumulate) {
    left = f32x4.add(left, loadLanes(y, columns))
    if (rightColumns > 0) right = f32x4.add(right, loadLanes(y + 16, rightColumns))
  }
  storeLanes(y, left, columns)
  if (rightColumns > 0) storeLanes(y + 16, right, rightColumns)
}
