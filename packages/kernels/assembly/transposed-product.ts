import { fourByEight } from '../dist/products'
import { F32 } from './lanes'

/**
 * The bytes of two long matrices that one sweep over all pairs of features covers, so that they stay in the
 * first-level cache.
 */
const SWEEP: i32 = 1 << 15

/**
 * The product Aᵀ·B summed over the positions of a grid: out[k, n] += Σ_row Σ_position a[…, k] · b[…, n], with
 * out in blocks [n/8][k rounded up to 4][8]. Positions are `aStep` and `bStep` bytes apart, rows `aRow` and
 * `bRow`. In memory, A's features are padded to a multiple of 4, B's to one of 8.
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

/** Unpacks blocks [n/8][k rounded up to 4][8] into a matrix [k, n] whose rows are `step` bytes apart. */
export function unpackBlocks(from: usize, to: usize, k: i32, n: i32, step: usize): void {
  const padded = (k + 3) & ~3
  for (let column = 0; column < n; column++)
    for (let feature = 0; feature < k; feature++) {
      const source = from + (<usize>((column >> 3) * padded + feature) * 8 + <usize>(column & 7)) * F32
      store<f32>(to + <usize>feature * step + <usize>column * F32, load<f32>(source))
    }
}
