import { sha256 } from '../base/hash.js'
import { randomSource } from '../base/random.js'
import { gather } from './batches.js'
import type { Dataset } from './types.js'

/** A data set of some rows of another one. The rows must be ascending. */
export function subset(dataset: Dataset, rows: Uint32Array): Dataset {
  const { inputs, targets, keys, spans, series, test, teaching, hash } = dataset
  const place = new Map<number, number>()
  rows.forEach((row, i) => place.set(row, i))
  return {
    ...dataset,
    rows: rows.length,
    inputs: gather(inputs, inputs.length / dataset.rows, rows),
    targets: gather(targets, targets.length / dataset.rows, rows),
    ...(keys && { keys: Array.from(rows, (row) => keys[row]!) }),
    ...(spans && { spans: Array.from(rows, (row) => spans[row]!) }),
    ...(series && { series: { ...series, of: Array.from(rows, (row) => series.of[row]!) } }),
    ...(teaching && {
      teaching: {
        ...teaching,
        measured: gather(teaching.measured, teaching.measured.length / dataset.rows, rows),
      },
    }),
    ...(test && { test: test.flatMap((row) => place.get(row) ?? []) }),
    hash: sha256(hash, new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength)),
  }
}

/**
 * At most `limit` rows of a data set, drawn by the seed and kept in their order; all rows if there are not
 * more.
 */
export function limitRows(dataset: Dataset, limit: number | undefined, seed: number): Dataset {
  if (limit === undefined || limit >= dataset.rows) return dataset
  const drawn = randomSource(seed).stream('limit').permutation(dataset.rows).subarray(0, limit)
  return subset(dataset, drawn.toSorted())
}
