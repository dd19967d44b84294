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
  /** By what the learning rate is multiplied. */
  readonly rate: number
}

/** The words of a row in the table that the kernels read. */
const rowWords = 8

const tables = new WeakMap<readonly unknown[], Uint32Array>()

/**
 * The table of some rows. Addresses are looked up once for each array of rows, because they stay the same as
 * long as the tensors live.
 */
function tableOf<Row>(rows: readonly Row[], words: (row: Row) => readonly number[]): Uint32Array {
  const known = tables.get(rows)
  if (known) return known
  const table = new Uint32Array(rows.length * rowWords)
  rows.forEach((row, i) => table.set(words(row), i * rowWords))
  tables.set(rows, table)
  return table
}

function written(device: Device, table: Uint32Array): number {
  const [address] = device.scratch(table.byteLength)
  device.write(address, table)
  return address
}

/** Writes the table of an optimizer's rows, with their current decay, threshold and rate. */
function writeRows(device: Device, rows: readonly OptimizerRow[]): number {
  const table = tableOf(rows, ({ value, gradient, slots }) => [
    ...[value, gradient].map((tensor) => device.pointer(tensor)),
    ...[0, 1].map((i) => (slots[i] ? device.pointer(slots[i]) : 0)),
    value.size,
  ])
  const floats = new Float32Array(table.buffer)
  rows.forEach(({ decay, threshold, rate }, i) => {
    floats[i * rowWords + 5] = decay
    floats[i * rowWords + 6] = threshold
    floats[i * rowWords + 7] = rate
  })
  return written(device, table)
}

/**
 * SGD with momentum over all rows at once, in place: v ← m v + (s g + d w), w ← shrink(w − η v). Slots [v]; s
 * is 1 by default.
 */
export function sgdInPlace(
  device: Device,
  rows: readonly OptimizerRow[],
  { rate, momentum, scale = 1 }: { rate: number; momentum: number; scale?: number | undefined },
): void {
  device.kernels.sgdStep(writeRows(device, rows), rows.length, rate, momentum, scale)
}

/**
 * Adam (arXiv:1412.6980) over all rows at once, in place. Slots [first moment, second moment]; `count` is the
 * number of steps including this one. Gradients are multiplied by `scale`, which is 1 by default.
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
    scale?: number | undefined
  },
): void {
  const { rate, beta1, beta2, epsilon, count, scale = 1 } = options
  const corrections = [1 - beta1 ** count, 1 - beta2 ** count] as const
  const table = writeRows(device, rows)
  device.kernels.adamStep(table, rows.length, rate, beta1, beta2, epsilon, ...corrections, scale)
}

/** The sum of the squares of some tensors' numbers, in float64. */
export function squaredNorm(device: Device, tensors: readonly Tensor[]): number {
  const table = tableOf(tensors, (tensor) => [0, device.pointer(tensor), 0, 0, tensor.size])
  return device.kernels.squaredNorm(written(device, table), tensors.length)
}

/** Moves averages towards the observed values by a share of the distance, all at once and in place. */
export function blendInPlace(
  device: Device,
  pairs: readonly { readonly average: Tensor; readonly observed: Tensor }[],
  share: number,
): void {
  const table = tableOf(pairs, ({ average, observed }) => [
    ...[average, observed].map((tensor) => device.pointer(tensor)),
    ...[0, 0, average.size],
  ])
  device.kernels.blendStep(written(device, table), pairs.length, share)
}
