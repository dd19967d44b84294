import type { RandomSource } from '../base/random.js'
import { augmentSeries, type SeriesChanges } from '../data/augment-series.js'
import { augmentImages, type ImageChanges } from '../data/augment.js'
import { balancedOrder } from '../data/balanced-order.js'
import { batchesOf, epochOrder, gather, shardsOf } from '../data/batches.js'
import { mixup, type Examples } from '../data/mixup.js'
import { softTargets } from '../data/soft-targets.js'
import type { PreparedData } from '../data/types.js'
import type { Shard } from './shard.js'

/** Random changes of training examples, all of them optional. */
export interface AugmentOptions extends ImageChanges, SeriesChanges {
  /** α of the shares in which examples of a batch are mixed; not mixed by default. */
  readonly mixup?: number
}

export interface BatchingOptions {
  readonly batch: number
  readonly shards: number
  readonly augment?: AugmentOptions | undefined
  /** The share of a class's probability that all classes get equally; 0 by default. */
  readonly labelSmoothing?: number | undefined
  /** Whether a last batch of an epoch that is not full is left out, however large. */
  readonly fullBatches?: boolean | undefined
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
  const { augment, taught, labelSmoothing = 0, fullBatches = false } = options
  const soft =
    data.dataset.task.kind === 'classification' &&
    (labelSmoothing > 0 || augment?.mixup !== undefined || data.emphasis?.weights !== undefined)
  let cached: { epoch: number; batches: Uint32Array[] } | undefined
  const batchesIn = (epoch: number): Uint32Array[] => {
    if (cached?.epoch !== epoch)
      cached = {
        epoch,
        batches: batchesOf(orderOf(data, rows, epoch, random, purpose), options.batch).filter(
          ({ length }) => !fullBatches || length === options.batch,
        ),
      }
    return cached.batches
  }
  const perEpoch = batchesIn(0).length
  return {
    perEpoch,
    at(t) {
      const epoch = Math.floor(t / perEpoch)
      const batch = batchesIn(epoch)[t % perEpoch]!
      const plain = examplesOf(data, batch, soft ? labelSmoothing : undefined)
      const changed = augment
        ? { ...plain, inputs: augmented(plain.inputs, data, batch, epoch, random, augment) }
        : plain
      // Of the whole batch, so that the number of shards does not change who is mixed with whom.
      const { inputs, targets } = augment?.mixup
        ? mixup(changed, batch.length, augment.mixup, random.stream('mixup', purpose, t))
        : changed
      let from = 0
      return shardsOf(batch, options.shards).map((shard) => {
        const [first, end] = [from, (from += shard.length)]
        const shardInputs = part(inputs, batch.length, first, end)
        return {
          inputs: shardInputs,
          targets: part(targets, batch.length, first, end),
          ...(soft && { soft }),
          ...(taught && { taught: taught(shardInputs, shard) }),
          rows: shard.length,
        }
      })
    },
  }
}

/** The rows of an epoch in random order: each once, or of each class equally many. */
const orderOf = (
  { targets, emphasis, dataset: { task } }: PreparedData,
  rows: Uint32Array,
  epoch: number,
  random: RandomSource,
  purpose: string,
): Uint32Array =>
  emphasis?.balanced && task.kind === 'classification'
    ? balancedOrder(rows, targets, task.classes.length, epoch, random, purpose)
    : epochOrder(rows, epoch, random, purpose)

/** The values of the rows from `first` to before `end`, of values of `rows` rows. */
function part(values: Float32Array, rows: number, first: number, end: number): Float32Array {
  const length = values.length / rows
  return values.subarray(first * length, end * length)
}

/** The examples of some rows as they are; with label smoothing, classes become probabilities. */
function examplesOf(
  { dataset: { shape, task }, inputs, targets, emphasis }: PreparedData,
  rows: Uint32Array,
  smoothing: number | undefined,
): Examples {
  const length = shape.reduce((product, n) => product * n, 1)
  const isClass = task.kind === 'classification'
  const rowTargets = gather(targets, isClass ? 1 : task.outputs.length, rows)
  return {
    inputs: gather(inputs, length, rows),
    targets:
      isClass && smoothing !== undefined
        ? softTargets(rowTargets, task.classes.length, smoothing, emphasis?.weights)
        : rowTargets,
  }
}

/** Examples of some rows, each changed at random as its kind can be. */
function augmented(
  inputs: Float32Array,
  { dataset: { shape } }: PreparedData,
  rows: Uint32Array,
  epoch: number,
  random: RandomSource,
  options: AugmentOptions,
): Float32Array {
  if (shape.length === 3) return augmentImages(inputs, shape, rows, epoch, random, options)
  if (shape.length === 2) return augmentSeries(inputs, shape, rows, epoch, random, options)
  return inputs
}
