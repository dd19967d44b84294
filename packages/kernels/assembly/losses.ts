import { exponential } from './exponential'
import { F32, loadLanes, storeLanes } from './lanes'

/**
 * ln x for x > 0, as n ln 2 + ln m, where x = 2ⁿ m and √½ ≤ m < √2. The second part,
 * ln m = 2 artanh((m − 1) / (m + 1)), is computed as a series in float64.
 */
function logarithm(x: f64): f64 {
  const bits = reinterpret<i64>(x)
  let n = <i32>((bits >> 52) & 0x7ff) - 1023
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000)
  if (m > 1.4142135623730951) {
    m /= 2
    n += 1
  }
  const s = (m - 1) / (m + 1)
  const z = s * s
  let p: f64 = 1.0 / 15
  p = p * z + 1.0 / 13
  p = p * z + 1.0 / 11
  p = p * z + 1.0 / 9
  p = p * z + 1.0 / 7
  p = p * z + 1.0 / 5
  p = p * z + 1.0 / 3
  p = p * z + 1
  return <f64>n * 0.6931471805599453 + 2 * s * p
}

/** y = softmax(x) for each row of [rows, classes]. */
export function softmaxRows(x: usize, y: usize, rows: i32, classes: i32): void {
  const step = <usize>classes * F32
  for (let r = 0; r < rows; r++) {
    const inverse = <f32>(1 / powersOf(x, y, highestOf(x, classes), classes))
    for (let c = 0; c < classes; c++) {
      const at = y + <usize>c * F32
      store<f32>(at, load<f32>(at) * inverse)
    }
    x += step
    y += step
  }
}

/**
 * The mean over rows of −Σ p log softmax(outputs), and its gradient (softmax(outputs) − p) / rows,
 * [rows, classes]. If `shares` is 0, the targets are classes, one number for each row. Otherwise they are
 * probabilities p, [rows, classes]; if it is 2, multiplied by weights, so that softmax is, too.
 */
export function crossEntropy(
  outputs: usize,
  targets: usize,
  shares: i32,
  loss: usize,
  gradient: usize,
  rows: i32,
  classes: i32,
): void {
  let total: f64 = 0
  const step = <usize>classes * F32
  const one: f32 = 1
  const part = one / <f32>rows
  for (let r = 0; r < rows; r++) {
    const highest = highestOf(outputs, classes)
    const powers = powersOf(outputs, gradient, highest, classes)
    const log = logarithm(powers)
    let inverse = <f32>(1 / powers)
    if (shares == 2) {
      let mass: f64 = 0
      for (let c = 0; c < classes; c++) mass += <f64>load<f32>(targets + <usize>c * F32)
      inverse = <f32>(mass / powers)
    }
    for (let c = 0; c < classes; c++) {
      const at = <usize>c * F32
      const p = shares ? load<f32>(targets + at) : <f32>(<i32>load<f32>(targets) == c)
      if (p != 0) total += <f64>p * (log - <f64>(load<f32>(outputs + at) - highest))
      store<f32>(gradient + at, (load<f32>(gradient + at) * inverse - p) * part)
    }
    outputs += step
    gradient += step
    targets += shares ? step : F32
  }
  store<f32>(loss, <f32>(total / <f64>rows))
}

// @ts-ignore: decorator
@inline
function highestOf(x: usize, n: i32): f32 {
  let highest = load<f32>(x)
  for (let i = 1; i < n; i++) highest = max<f32>(highest, load<f32>(x + <usize>i * F32))
  return highest
}

/** Writes e^(x − highest) for n numbers, and returns their sum. */
function powersOf(x: usize, y: usize, highest: f32, n: i32): f64 {
  const top = f32x4.splat(highest)
  let total: f64 = 0
  for (let i = 0; i < n; i += 4) {
    const at = <usize>i * F32
    storeLanes(y + at, exponential(f32x4.sub(loadLanes(x + at, n - i), top)), n - i)
  }
  for (let i = 0; i < n; i++) total += <f64>load<f32>(y + <usize>i * F32)
  return total
}

const SQUARED: i32 = 0
const ABSOLUTE: i32 = 1

/**
 * The mean of E(d) over the n differences d = output − target, and its gradient. E(d) is d², |d|, or Huber's
 * loss, which is ½ d² for |d| up to 1 and |d| − ½ beyond.
 */
export function differenceLoss(kind: i32, outputs: usize, targets: usize, loss: usize, gradient: usize, n: i32): void {
  let total: f64 = 0
  const count = <f32>n
  for (let i = 0; i < n; i++) {
    const at = <usize>i * F32
    const d = load<f32>(outputs + at) - load<f32>(targets + at)
    const size = abs<f32>(d)
    let slope: f32 = 0
    if (kind == SQUARED) {
      total += <f64>(d * d)
      slope = 2 * d
    } else if (kind == ABSOLUTE) {
      total += <f64>size
      slope = d > 0 ? 1 : d < 0 ? -1 : d
    } else {
      const inner = min<f32>(size, 1)
      total += <f64>(inner * size - <f32>0.5 * inner * inner)
      slope = size <= 1 ? d : d > 0 ? 1 : d < 0 ? -1 : d
    }
    store<f32>(gradient + at, slope / count)
  }
  store<f32>(loss, <f32>(total / <f64>n))
}
