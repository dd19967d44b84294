import type { Tensor } from '@tensorflow/tfjs-core'
import type { Device } from './device.js'

/** One parameter array, its gradient and its optimizer slots: float32 tensors of one size. */
export interface OptimizerRow {
  readonly value: Tensor
  readonly gradient: Tensor
  readonly slots: readonly Tensor[]
  /** The factor of weight decay: decay · value is added to the gradient. */
  readonly decay: number
  /**
   * The threshold of the proximal operator of threshold · ‖w‖₁: after the step, the absolute value of every
   * number shrinks by it.
   */
  readonly threshold: number
}

const rowBytes = 32

/**
 * Writes the rows as the table that the kernels read. Addresses are looked up at every step, because `assign`
 * and pruning give an array new memory without notice.
 */
function writeTable(device: Device, rows: readonly OptimizerRow[]): number {
  const [table] = device.scratch(rows.length * rowBytes)
  const words = new Uint32Array((rows.length * rowBytes) / 4)
  const floats = new Float32Array(words.buffer)
  rows.forEach(({ value, gradient, slots, decay, threshold }, i) => {
    const at = i * 8
    words[at] = device.pointer(value)
    words[at + 1] = device.pointer(gradient)
    words[at + 2] = slots[0] ? device.pointer(slots[0]) : 0
    words[at + 3] = slots[1] ? device.pointer(slots[1]) : 0
    words[at + 4] = value.size
    floats[at + 5] = decay
    floats[at + 6] = threshold
  })
  device.write(table, words)
  return table
}

const addressOf = (device: Device, scale: Tensor | undefined): number => (scale ? device.pointer(scale) : 0)

/**
 * SGD with momentum over all rows at once, in place: v ← m v + (s g + d w), w ← shrink(w − η v). Slots [v].
 */
export function sgdInPlace(
  device: Device,
  rows: readonly OptimizerRow[],
  { rate, momentum, scale }: { rate: number; momentum: number; scale?: Tensor | undefined },
): void {
  const table = writeTable(device, rows)
  device.kernels.sgdStep(table, rows.length, rate, momentum, addressOf(device, scale))
}

/**
 * Adam (arXiv:1412.6980) over all rows at once, in place. Slots [first moment, second moment]; `count` is the
 * number of steps including this one.
 */
export function adamInPlace(
  device: Device,
  rows: readonly OptimizerRow[],
  options: {
    rate: number
    beta1: number
    beta2: number
    epsilon: number
    count: number
    scale?: Tensor | undefined
  },
): void {
  const { rate, beta1, beta2, epsilon, count, scale } = options
  const table = writeTable(device, rows)
  const corrections = [1 - beta1 ** count, 1 - beta2 ** count] as const
  device.kernels.adamStep(
    table,
    rows.length,
    rate,
    beta1,
    beta2,
    epsilon,
    ...corrections,
    addressOf(device, scale),
  )
}

/** The sum of the squares of some tensors' numbers, in float64. */
export function squaredNorm(device: Device, tensors: readonly Tensor[]): number {
  const rows = tensors.map((tensor) => ({
    value: tensor,
    gradient: tensor,
    slots: [],
    decay: 0,
    threshold: 0,
  }))
  return device.kernels.squaredNorm(writeTable(device, rows), rows.length)
}

/** Moves averages towards the observed values by a share of the distance, all at once and in place. */
export function blendInPlace(
  device: Device,
  pairs: readonly { readonly average: Tensor; readonly observed: Tensor }[],
  share: number,
): void {
  const rows = pairs.map(({ average, observed }) => ({
    value: average,
    gradient: observed,
    slots: [],
    decay: 0,
    threshold: 0,
  }))
  device.kernels.blendStep(writeTable(device, rows), rows.length, share)
}
