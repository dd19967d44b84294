import { F32 } from './lanes'

// @ts-ignore: decorator
@inline
function inverseDeviation(variance: usize, c: i32, epsilon: f64): f64 {
  return 1 / Math.sqrt(<f64>load<f32>(variance + <usize>c * F32) + epsilon)
}

// @ts-ignore: decorator
@inline
function factorOf(factors: usize, c: i32): f64 {
  return factors ? <f64>load<f32>(factors + <usize>c * F32) : 1
}

/**
 * factor[c] = gate · scale[c] / √(variance[c] + ε), by which a normalised channel is multiplied. A part whose
 * address is 0 is left out: scale, gate, or the division by the deviation.
 */
export function normFactors(
  variance: usize,
  scale: usize,
  gate: usize,
  factors: usize,
  channels: i32,
  epsilon: f64,
): void {
  for (let c = 0; c < channels; c++) {
    const inverse = variance ? inverseDeviation(variance, c, epsilon) : 1
    store<f32>(factors + <usize>c * F32, <f32>(factorOf(scale, c) * factorOf(gate, 0) * inverse))
  }
}

/**
 * Writes what turns the gradient d behind a batch norm into the one in front of it,
 * dx = factor · (d − share − (x − mean) · slope), as [3, channels] float32: factor, share, slope
 * (arXiv:1502.03167, §3). `sums` holds Σ d and Σ d ⊙ (x − mean) over `rows` rows, 2 · channels float64. The
 * factor includes scale[c] and the gate if their addresses are not 0.
 */
export function normSlopes(
  variance: usize,
  sums: usize,
  scale: usize,
  gate: usize,
  slopes: usize,
  rows: f64,
  channels: i32,
  epsilon: f64,
): void {
  const step = <usize>channels * F32
  for (let c = 0; c < channels; c++) {
    const inverse = inverseDeviation(variance, c, epsilon)
    const at = slopes + <usize>c * F32
    const sum = sums + <usize>c * 8
    store<f32>(at, <f32>(inverse * factorOf(scale, c) * factorOf(gate, 0)))
    store<f32>(at + step, <f32>(load<f64>(sum) / rows))
    store<f32>(at + step * 2, <f32>((load<f64>(sum + <usize>channels * 8) * inverse * inverse) / rows))
  }
}

/**
 * The gradients of a batch norm's scale, Σ d ⊙ x̂, and offset, Σ d, from the same `sums` as in `normSlopes`.
 */
export function normAffineGradients(
  variance: usize,
  sums: usize,
  scales: usize,
  offsets: usize,
  channels: i32,
  epsilon: f64,
): void {
  for (let c = 0; c < channels; c++) {
    const sum = sums + <usize>c * 8
    const inverse = inverseDeviation(variance, c, epsilon)
    store<f32>(scales + <usize>c * F32, <f32>(load<f64>(sum + <usize>channels * 8) * inverse))
    store<f32>(offsets + <usize>c * F32, <f32>load<f64>(sum))
  }
}

/** The gradient of the gate of a normalised member, ⟨d, x̂⟩, from the same `sums` as in `normSlopes`. */
export function normGateGradient(
  variance: usize,
  sums: usize,
  gradient: usize,
  channels: i32,
  epsilon: f64,
): void {
  let total: f64 = 0
  const products = sums + <usize>channels * 8
  for (let c = 0; c < channels; c++)
    total += load<f64>(products + <usize>c * 8) * inverseDeviation(variance, c, epsilon)
  store<f32>(gradient, <f32>total)
}

/** Rounds a float64 to float32. */
export function roundDouble(from: usize, to: usize): void {
  store<f32>(to, <f32>load<f64>(from))
}
