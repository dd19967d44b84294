import { fourPlainRows, fourRows, oneRow } from '../dist/products'
import { F32 } from './lanes'

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
