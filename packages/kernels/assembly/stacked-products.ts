import { productRows } from './product'
import { transposedProduct } from './transposed-product'

/**
 * `planes` products with packed matrices, y_i = x_i · B_i of [rows, k] by [k, n]. The planes of x, B and y
 * lie at fixed distances.
 */
export function stackedProducts(
  planes: i32,
  x: usize,
  xPlane: usize,
  panels: usize,
  panelPlane: usize,
  y: usize,
  yPlane: usize,
  rows: i32,
  n: i32,
  k: i32,
  xStep: usize,
  yStep: usize,
): void {
  for (let i = 0; i < planes; i++) {
    productRows(x, panels, y, rows, n, k, xStep, 1, 1, 0, 0, yStep, false)
    x += xPlane
    panels += panelPlane
    y += yPlane
  }
}

/**
 * `planes` products out_i += a_iᵀ · b_i over the rows of [rows, k] and [rows, n], into blocks laid out as by
 * `transposedProduct`.
 */
export function stackedTransposedProducts(
  planes: i32,
  a: usize,
  aPlane: usize,
  b: usize,
  bPlane: usize,
  out: usize,
  outPlane: usize,
  rows: i32,
  k: i32,
  n: i32,
  aStep: usize,
  bStep: usize,
): void {
  for (let i = 0; i < planes; i++) {
    transposedProduct(a, b, out, 1, rows, k, n, aStep, 0, bStep, 0)
    a += aPlane
    b += bPlane
    out += outPlane
  }
}
