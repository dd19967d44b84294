import type { Tensor } from '@tensorflow/tfjs-core'
import type { Device } from './device.js'

/** One parameter array, its gradient and optimizer slots: tensors of one size, float32. */
export interface OptimizerRow {
  readonly value: Tensor
  readonly gradient: Tensor
  readonly slots: readonly Tensor[]
  /** Added to the gradient, times the value: weight decay. */
  readonly decay: number
  /** Taken off every number's size after the step: the proximal operator of threshold · ‖w‖₁. */
  readonly threshold: number
}

const rowBytes = 32

/**
 * The rows as the table that the kernels read. Addresses are looked up at every step: `assign` and pruning
 * give an array new memory, and nothing here would notice.
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

/** v ← m v + (s g + d w), w ← shrink(w − η v): SGD with momentum over all rows at once, in place; slots [v]. */
export function sgdInPlace(
  device: Device,
  rows: readonly OptimizerRow[],
  { rate, momentum, scale }: { rate: number; momentum: number; scale?: Tensor | undefined },
): void {
  const table = writeTable(device, rows)
  device.kernels.sgdStep(table, rows.length, rate, momentum, addressOf(device, scale))
}

/** Adam (arXiv:1412.6980) over all rows at once, in place; slots [first moment, second moment], `count` steps done with this one. */
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

/** The sum of squares of some tensors' numbers, in float64. */
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

/** Moves averages a share of the way to what was observed, all at once, in place. */
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
