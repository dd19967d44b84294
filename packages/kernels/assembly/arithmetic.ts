import { exponential, exponentialLessOne } from './exponential'
import { F32, loadLanes, storeLanes } from './lanes'

/** Codes of `combine`; `kernels/arithmetic.ts` has the same list. */
const ADD: i32 = 0
const SUB: i32 = 1
const MUL: i32 = 2
const DIV: i32 = 3
const MIN: i32 = 4

/** Codes of `transform`; `kernels/arithmetic.ts` has the same list. */
const RELU: i32 = 0
const RELU6: i32 = 1
const NEG: i32 = 2
const SQUARE: i32 = 3
const ABS: i32 = 4
const EXP: i32 = 5
const SIGMOID: i32 = 6
const ELU: i32 = 7

/**
 * y = a ∘ b over [rows, columns]. From one row to the next, an operand advances by `aRow` or `bRow` bytes.
 * From one column to the next, it advances by one number if `aColumn` or `bColumn` is 1; if that is 0, the
 * same number is used for all columns.
 */
export function combine(
  operation: i32,
  a: usize,
  aRow: usize,
  aColumn: i32,
  b: usize,
  bRow: usize,
  bColumn: i32,
  y: usize,
  rows: i32,
  columns: i32,
): void {
  for (let row = 0; row < rows; row++) {
    if (operation == ADD) combineRow(ADD, a, aColumn, b, bColumn, y, columns)
    else if (operation == SUB) combineRow(SUB, a, aColumn, b, bColumn, y, columns)
    else if (operation == MUL) combineRow(MUL, a, aColumn, b, bColumn, y, columns)
    else if (operation == DIV) combineRow(DIV, a, aColumn, b, bColumn, y, columns)
    else if (operation == MIN) combineRow(MIN, a, aColumn, b, bColumn, y, columns)
    else combineRow(MIN + 1, a, aColumn, b, bColumn, y, columns)
    a += aRow
    b += bRow
    y += <usize>columns * F32
  }
}

// @ts-ignore: decorator
@inline
function combineRow(operation: i32, a: usize, aColumn: i32, b: usize, bColumn: i32, y: usize, n: i32): void {
  if (aColumn == 1 && bColumn == 1) {
    let i = 0
    for (; i + 4 <= n; i += 4) {
      const at = <usize>i * F32
      v128.store(y + at, combined(operation, v128.load(a + at), v128.load(b + at)))
    }
    const at = <usize>i * F32
    if (i < n) storeLanes(y + at, combined(operation, loadLanes(a + at, n - i), loadLanes(b + at, n - i)), n - i)
    return
  }
  const left = v128.load32_splat(a)
  const right = v128.load32_splat(b)
  for (let i = 0; i < n; i += 4) {
    const at = <usize>i * F32
    const x = aColumn == 1 ? loadLanes(a + at, n - i) : left
    storeLanes(y + at, combined(operation, x, bColumn == 1 ? loadLanes(b + at, n - i) : right), n - i)
  }
}

// @ts-ignore: decorator
@inline
function combined(operation: i32, a: v128, b: v128): v128 {
  if (operation == ADD) return f32x4.add(a, b)
  if (operation == SUB) return f32x4.sub(a, b)
  if (operation == MUL) return f32x4.mul(a, b)
  if (operation == DIV) return f32x4.div(a, b)
  if (operation == MIN) return f32x4.min(a, b)
  return f32x4.max(a, b)
}

/** y = 1 where a ≥ b, else 0, for n numbers. Operands are as those of `combine`. */
export function atLeast(a: usize, aColumn: i32, b: usize, bColumn: i32, y: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    const at = <usize>i * F32
    const x = load<f32>(aColumn == 1 ? a + at : a)
    store<f32>(y + at, x >= load<f32>(bColumn == 1 ? b + at : b) ? 1 : 0)
  }
}

/**
 * y = the nth largest, counted from 1, of `count` numbers whose indices are i32 at `places`; −∞ if there are
 * fewer. NaN is smaller than any number. `room` has space for nth float32.
 */
export function largest(x: usize, places: usize, count: i32, nth: i32, room: usize, y: usize): void {
  for (let i = 0; i < nth; i++) store<f32>(room + <usize>i * F32, -Infinity)
  const last = room + <usize>(nth - 1) * F32
  for (let i = 0; i < count; i++) {
    const value = load<f32>(x + <usize>load<i32>(places + <usize>i * F32) * F32)
    if (!(value > load<f32>(last))) continue
    let at = last
    while (at > room && value > load<f32>(at - F32)) {
      store<f32>(at, load<f32>(at - F32))
      at -= F32
    }
    store<f32>(at, value)
  }
  store<f32>(y, load<f32>(last))
}

/** y = 1 where x > 0, `otherwise` where it is not, NaN where it is NaN. */
export function step(x: usize, y: usize, n: i32, otherwise: f32): void {
  const one = f32x4.splat(1)
  const other = f32x4.splat(otherwise)
  for (let i = 0; i < n; i += 4) {
    const at = <usize>i * F32
    const value = loadLanes(x + at, n - i)
    const chosen = v128.bitselect(one, other, f32x4.gt(value, f32x4.splat(0)))
    storeLanes(y + at, v128.bitselect(chosen, value, f32x4.eq(value, value)), n - i)
  }
}

/** y = f(x) for n numbers. */
export function transform(operation: i32, x: usize, y: usize, n: i32): void {
  if (operation == RELU) transformAll(RELU, x, y, n)
  else if (operation == RELU6) transformAll(RELU6, x, y, n)
  else if (operation == NEG) transformAll(NEG, x, y, n)
  else if (operation == SQUARE) transformAll(SQUARE, x, y, n)
  else if (operation == ABS) transformAll(ABS, x, y, n)
  else if (operation == EXP) transformAll(EXP, x, y, n)
  else if (operation == SIGMOID) transformAll(SIGMOID, x, y, n)
  else transformAll(ELU, x, y, n)
}

// @ts-ignore: decorator
@inline
function transformAll(operation: i32, x: usize, y: usize, n: i32): void {
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const at = <usize>i * F32
    v128.store(y + at, transformed(operation, v128.load(x + at)))
  }
  const at = <usize>i * F32
  if (i < n) storeLanes(y + at, transformed(operation, loadLanes(x + at, n - i)), n - i)
}

// @ts-ignore: decorator
@inline
function transformed(operation: i32, x: v128): v128 {
  const zero = f32x4.splat(0)
  // `pmax` and `pmin` replace x only if a comparison is true, so NaN stays NaN. Training watches for it.
  // Adding 0 turns −0 into 0.
  if (operation == RELU) return f32x4.add(f32x4.pmax(x, zero), zero)
  if (operation == RELU6) return f32x4.pmin(f32x4.add(f32x4.pmax(x, zero), zero), f32x4.splat(6))
  if (operation == NEG) return f32x4.neg(x)
  if (operation == SQUARE) return f32x4.mul(x, x)
  if (operation == ABS) return f32x4.abs(x)
  if (operation == EXP) return exponential(x)
  const one = f32x4.splat(1)
  if (operation == SIGMOID) return f32x4.div(one, f32x4.add(one, exponential(f32x4.neg(x))))
  return v128.bitselect(x, exponentialLessOne(f32x4.pmin(x, zero)), f32x4.ge(x, zero))
}
