import type { RandomSource, RandomStream } from '../base/random.js'
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

/** Rows of which nobody knows the target, with what a teacher says of them. */
export interface FurtherRows {
  readonly count: number
  /** How many of them stand in a batch for each of its measured rows. */
  readonly perRow: number
  /** [count, …shape]. */
  readonly inputs: Float32Array
  /** The teacher's outputs, [count, outputs]. */
  readonly taught: Float32Array
  /** The same as targets: values, or probabilities of classes. */
  readonly targets: Float32Array
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
  /** Rows that join each batch, of one kind behind those of another. They need `taught` for the measured ones. */
  readonly further?: readonly FurtherRows[] | undefined
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
  const { augment, taught, further = [], labelSmoothing = 0, fullBatches = false } = options
  const soft =
    data.dataset.task.kind === 'classification' &&
    (labelSmoothing > 0 ||
      augment?.mixup !== undefined ||
      further.length > 0 ||
      data.emphasis?.weights !== undefined)
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
      const joining = further.map((rows, i) => {
        const draw = random.stream(`further ${i}`, purpose, t)
        return { rows, shards: shardsOf(drawn(rows, batch.length, draw), options.shards) }
      })
      return shardsOf(batch, options.shards).map((shard, i) => {
        const [first, end] = [from, (from += shard.length)]
        const shardInputs = part(inputs, batch.length, first, end)
        const measured: Shard = {
          inputs: shardInputs,
          targets: part(targets, batch.length, first, end),
          ...(soft && { soft }),
          ...(taught && { taught: taught(shardInputs, shard) }),
          rows: shard.length,
        }
        return joining.reduce((all, { rows, shards }) => joinedBy(all, rows, shards[i]), measured)
      })
    },
  }
}

/** The rows that join a batch of so many measured ones. */
const drawn = ({ count, perRow }: FurtherRows, rows: number, draw: RandomStream): Uint32Array =>
  Uint32Array.from({ length: Math.round(perRow * rows) }, () => draw.integer(count))

/** A shard with further rows behind its own; some shards may get none. */
function joinedBy(shard: Shard, further: FurtherRows, of: Uint32Array | undefined): Shard {
  if (!of) return shard
  const { inputs, targets, taught, rows, ...rest } = shard
  const behind = (values: Float32Array, all: Float32Array) =>
    joined(values, gather(all, all.length / further.count, of))
  return {
    ...rest,
    inputs: behind(inputs, further.inputs),
    targets: behind(targets, further.targets),
    taught: behind(taught!, further.taught),
    rows: rows + of.length,
  }
}

function joined(first: Float32Array, second: Float32Array): Float32Array {
  const all = new Float32Array(first.length + second.length)
  all.set(first)
  all.set(second, first.length)
  return all
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
