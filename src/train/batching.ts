import type { RandomSource } from '../base/random.js'
import { augmentImages, type AugmentOptions } from '../data/augment.js'
import { batchesOf, epochOrder, gather, shardsOf } from '../data/batches.js'
import type { PreparedData } from '../data/types.js'
import type { Shard } from './shard.js'

export interface BatchingOptions {
  readonly batch: number
  readonly shards: number
  readonly augment?: AugmentOptions | undefined
  /** A teacher's outputs, [rows, outputs], for some rows whose inputs are given. */
  readonly taught?: ((inputs: Float32Array, rows: Uint32Array) => Float32Array) | undefined
}

/**
 * The batches of some rows, epoch after epoch. The same random source gives the same batches, however often
 * they are asked for.
 */
export interface Batching {
  readonly perEpoch: number
  /** The shards of iteration t. */
  at(t: number): Shard[]
}

/** Batches of a split in an order that is drawn anew for each epoch. `purpose` names the random stream. */
export function batching(
  data: PreparedData,
  rows: Uint32Array,
  options: BatchingOptions,
  random: RandomSource,
  purpose: string,
): Batching {
  const { shape, task } = data.dataset
  const length = shape.reduce((product, n) => product * n, 1)
  const width = task.kind === 'classification' ? 1 : task.outputs.length
  let cached: { epoch: number; batches: Uint32Array[] } | undefined
  const batchesIn = (epoch: number): Uint32Array[] => {
    if (cached?.epoch !== epoch)
      cached = { epoch, batches: batchesOf(epochOrder(rows, epoch, random, purpose), options.batch) }
    return cached.batches
  }
  const perEpoch = batchesIn(0).length
  return {
    perEpoch,
    at(t) {
      const epoch = Math.floor(t / perEpoch)
      return shardsOf(batchesIn(epoch)[t % perEpoch]!, options.shards).map((shard) => {
        const own = gather(data.inputs, length, shard)
        const { augment, taught } = options
        const inputs = augment ? augmentImages(own, shape, shard, epoch, random, augment) : own
        return {
          inputs,
          targets: gather(data.targets, width, shard),
          ...(taught && { taught: taught(inputs, shard) }),
          rows: shard.length,
        }
      })
    },
  }
}
