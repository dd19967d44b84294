import type { RandomSource } from '../base/random.js'
import { zerosLike, type FloatArray } from './content.js'

/** The rows in the random order of one epoch: a permutation that depends only on seed, purpose and epoch. */
export function epochOrder(
  rows: Uint32Array,
  epoch: number,
  random: RandomSource,
  purpose: string,
): Uint32Array {
  return random
    .stream(purpose, 'order', epoch)
    .permutation(rows.length)
    .map((index) => rows[index]!)
}

/**
 * Cuts an order of rows into batches of `size`. The remaining rows are a batch if they are at least half a
 * batch or the only one. Otherwise they are left out, because so few rows would say little for a whole step.
 */
export function batchesOf(order: Uint32Array, size: number): Uint32Array[] {
  const count = batchCount(order.length, size)
  return Array.from({ length: count }, (_, i) => order.subarray(i * size, (i + 1) * size))
}

/** The number of batches that `batchesOf` makes. */
export function batchCount(rows: number, size: number): number {
  const full = Math.floor(rows / size)
  const rest = rows - full * size
  return rest > 0 && (rest >= size / 2 || full === 0) ? full + 1 : full
}

/**
 * Cuts a batch into contiguous parts of sizes as equal as possible, larger ones first. If the batch has fewer
 * rows than `shards`, each part has one row.
 */
export function shardsOf(batch: Uint32Array, shards: number): Uint32Array[] {
  const count = Math.min(shards, batch.length)
  const size = Math.floor(batch.length / count)
  const larger = batch.length % count
  const start = (i: number) => i * size + Math.min(i, larger)
  if (count === 1) return [batch]
  return Array.from({ length: count }, (_, i) => batch.subarray(start(i), start(i + 1)))
}

/** Copies rows of `rowLength` values into one array, in the given order. */
export function gather<T extends FloatArray>(data: T, rowLength: number, rows: Uint32Array): T {
  const result = zerosLike(data, rows.length * rowLength)
  // For a short row, creating a view costs more than copying the values one by one.
  if (rowLength > 32)
    rows.forEach((row, i) => result.set(data.subarray(row * rowLength, (row + 1) * rowLength), i * rowLength))
  else
    for (let i = 0; i < rows.length; i++)
      for (let k = 0; k < rowLength; k++) result[i * rowLength + k] = data[rows[i]! * rowLength + k]!
  return result
}
