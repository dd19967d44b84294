import { zeros, type Operand } from './operand.js'

/** What batch norm by the batch's own statistics takes beside x [N, …, C]; scale and offset are [C]. */
export interface Affine {
  readonly scale?: Operand | undefined
  readonly offset?: Operand | undefined
}

/** Mean and biased variance of each channel, y, and the gradients of ⟨dy, y⟩. */
export function batchNorm(x: Operand, dy: Operand, epsilon: number, { scale, offset }: Affine = {}) {
  const c = x.shape.at(-1)!
  const rows = x.values.length / c
  const [mean, variance, dScale, dOffset] = [zeros([c]), zeros([c]), zeros([c]), zeros([c])]
  x.values.forEach((value, i) => (mean.values[i % c]! += value / rows))
  x.values.forEach((value, i) => (variance.values[i % c]! += (value - mean.values[i % c]!) ** 2 / rows))
  const inverse = variance.values.map((v) => 1 / Math.sqrt(v + epsilon))
  const hat = x.values.map((value, i) => (value - mean.values[i % c]!) * inverse[i % c]!)
  dy.values.forEach((above, i) => {
    dOffset.values[i % c]! += above
    dScale.values[i % c]! += above * hat[i]!
  })
  const gamma = (k: number) => scale?.values[k] ?? 1
  const y = { values: hat.map((h, i) => h * gamma(i % c) + (offset?.values[i % c] ?? 0)), shape: x.shape }
  const dx = {
    values: dy.values.map((above, i) => {
      const k = i % c
      const centred = above - dOffset.values[k]! / rows - (hat[i]! * dScale.values[k]!) / rows
      return gamma(k) * inverse[k]! * centred
    }),
    shape: x.shape,
  }
  return { mean, variance, y, dx, dScale, dOffset }
}
