import { addTo, F32, madd, storeLanes, zero, loadLanes } from './lanes'

/**
 * Rows of a product with a packed matrix, and so of a convolution: for each of `rows` rows,
 *
 *   y[row, 0…n) (+)= Σ_tapY Σ_tapX Σ_k x[row·rowStep + tapY·stepY + tapX·stepX + k] · B[tapY, tapX, k, 0…n)
 *
 * x in bytes and steps in bytes; B in panels of eight columns, [n/8][taps · k][8]. Four rows and eight
 * columns at a time are eight accumulators, which is what sixteen registers hold beside their operands.
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

/** Four rows by eight columns of a product without taps: with few features, what stands around the loop counts. */
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

/** Bytes of two long matrices that a sweep over all pairs of features goes through: they stay in the first cache. */
const SWEEP: i32 = 1 << 15

/**
 * The product Aᵀ·B summed over the positions of a grid: out[k, n] += Σ_row Σ_position a[…, k] · b[…, n],
 * with out in blocks [n/8][k rounded up to 4][8]. Positions are `aStep` and `bStep` bytes apart, rows `aRow` and `bRow`.
 * A's features are padded to a multiple of 4 in memory, B's to 8.
 */
export function transposedProduct(
  a: usize,
  b: usize,
  out: usize,
  rows: i32,
  positions: i32,
  k: i32,
  n: i32,
  aStep: usize,
  aRow: usize,
  bStep: usize,
  bRow: usize,
): void {
  const atOnce = rows == 1 ? max<i32>(64, SWEEP / ((k + n) * 4)) : positions
  for (let from = 0; from < positions; from += atOnce) {
    const count = min(atOnce, positions - from)
    sweep(a, b, out, rows, count, k, n, aStep, aRow, bStep, bRow)
    a += <usize>count * aStep
    b += <usize>count * bStep
  }
}

function sweep(
  a: usize,
  b: usize,
  out: usize,
  rows: i32,
  positions: i32,
  k: i32,
  n: i32,
  aStep: usize,
  aRow: usize,
  bStep: usize,
  bRow: usize,
): void {
  for (let column = 0; column < n; column += 8)
    for (let feature = 0; feature < k; feature += 4) {
      fourByEight(a + <usize>feature * F32, b + <usize>column * F32, out, rows, positions, aStep, aRow, bStep, bRow)
      out += 128
    }
}

function fourByEight(
  a: usize,
  b: usize,
  out: usize,
  rows: i32,
  positions: i32,
  aStep: usize,
  aRow: usize,
  bStep: usize,
  bRow: usize,
): void {
  let a0 = zero()
  let a1 = zero()
  let b0 = zero()
  let b1 = zero()
  let c0 = zero()
  let c1 = zero()
  let d0 = zero()
  let d1 = zero()
  for (let row = 0; row < rows; row++) {
    let pa = a + <usize>row * aRow
    let pb = b + <usize>row * bRow
    const end = pb + <usize>positions * bStep
    while (pb < end) {
      const w0 = v128.load(pb)
      const w1 = v128.load(pb, 16)
      const va = v128.load32_splat(pa)
      a0 = madd(va, w0, a0)
      a1 = madd(va, w1, a1)
      const vb = v128.load32_splat(pa, 4)
      b0 = madd(vb, w0, b0)
      b1 = madd(vb, w1, b1)
      const vc = v128.load32_splat(pa, 8)
      c0 = madd(vc, w0, c0)
      c1 = madd(vc, w1, c1)
      const vd = v128.load32_splat(pa, 12)
      d0 = madd(vd, w0, d0)
      d1 = madd(vd, w1, d1)
      pa += aStep
      pb += bStep
    }
  }
  addTo(out, a0)
  addTo(out + 16, a1)
  addTo(out + 32, b0)
  addTo(out + 48, b1)
  addTo(out + 64, c0)
  addTo(out + 80, c1)
  addTo(out + 96, d0)
  addTo(out + 112, d1)
}

/** Takes blocks [n/8][k rounded up to 4][8] apart into a matrix [k, n], rows `step` bytes apart. */
export function unpackBlocks(from: usize, to: usize, k: i32, n: i32, step: usize): void {
  const padded = (k + 3) & ~3
  for (let column = 0; column < n; column++)
    for (let feature = 0; feature < k; feature++) {
      const source = from + (<usize>((column >> 3) * padded + feature) * 8 + <usize>(column & 7)) * F32
      store<f32>(to + <usize>feature * step + <usize>column * F32, load<f32>(source))
    }
}
