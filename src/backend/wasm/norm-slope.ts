import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { Device } from './device.js'

/**
 * The numbers per channel that turn the gradient d after a batch norm without scale and offset into the one
 * before it:
 *
 *   dx = factor · (d − share − (x − mean) · slope)
 */
export interface NormSlope {
  readonly factor: Float64Array
  readonly share: Float64Array
  readonly slope: Float64Array
}

/** 1 / √(variance + ε) of each channel. */
export const inverseDeviation = (device: Device, variance: TensorInfo, epsilon: number): Float64Array =>
  Float64Array.from(device.numbers(variance), (v) => 1 / Math.sqrt(v + epsilon))

/**
 * The slope for a gradient d, multiplied by `scale`, from Σ d and Σ d ⊙ (x − mean) over `rows` rows, [2, C]
 * (arXiv:1502.03167, §3).
 */
export const normSlope = (
  inverse: Float64Array,
  sums: Float64Array,
  rows: number,
  scale: (channel: number) => number = () => 1,
): NormSlope => ({
  factor: inverse.map((s, c) => s * scale(c)),
  share: inverse.map((_, c) => sums[c]! / rows),
  slope: inverse.map((s, c) => (sums[inverse.length + c]! * s * s) / rows),
})

/** Writes factor, share and slope one after another, [3, C] float32. */
export function writeSlope(device: Device, address: number, { factor, share, slope }: NormSlope): void {
  ;[factor, share, slope].forEach((row, i) => {
    device.write(address + i * row.length * 4, row, 'f32')
  })
}
