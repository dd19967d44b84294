import type { RandomSource } from '../base/random.js'
import { gather } from '../data/batches.js'
import type { PreparedData } from '../data/types.js'
import type { FurtherRows } from '../train/batching.js'
import { madeInputs, type MadeOptions } from './made-rows.js'

/** How many made rows there are for each measured one, their least and most number, and the most numbers in further rows. */
const pool = { perRow: 16, least: 4096, most: 65_536, numbers: 2 ** 24 }

/** Which rows without a target join batches. */
export interface FurtherOptions {
  readonly made?: MadeOptions | undefined
  /** How many rows of `data.unlabelled` a batch has for each measured one; 0 by default. */
  readonly unlabelled?: number | undefined
  readonly random: RandomSource
}

/** Inputs of which nobody knows the target, [count, …shape], and how many of them are in a batch for each measured row. */
export interface Further extends Pick<FurtherRows, 'count' | 'perRow' | 'inputs'> {
  /** Which rows of `data.unlabelled` they are, if not all. */
  readonly of?: Uint32Array | undefined
}

/** Rows of `data.unlabelled`, and those that are made of measured ones, as far as they are wanted. */
export function furtherInputs(
  data: PreparedData,
  rows: Uint32Array,
  { made, unlabelled = 0, random }: FurtherOptions,
): Further[] {
  const size = data.dataset.shape.reduce((product, n) => product * n, 1)
  const most = Math.max(1, Math.floor(pool.numbers / size))
  const further: Further[] = []
  if (data.unlabelled && unlabelled > 0) {
    const all = data.unlabelled.length / size
    const draw = random.stream('unlabelled rows')
    const some = all > most ? draw.permutation(all).subarray(0, most).sort() : undefined
    const inputs = some ? gather(data.unlabelled, size, some) : data.unlabelled
    further.push({ count: inputs.length / size, perRow: unlabelled, inputs, of: some })
  }
  if (made && made.rows > 0) {
    const wanted = Math.min(pool.most, Math.max(pool.least, pool.perRow * rows.length))
    const count = Math.min(wanted, most)
    const inputs = madeInputs(data, rows, count, made, random.stream('made rows'))
    further.push({ count, perRow: made.rows, inputs })
  }
  return further
}
